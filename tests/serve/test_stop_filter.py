"""Stop sequences: the same text comes out however it was cut, and it is what the plainest reader would show."""

from hypothesis import given
from hypothesis import strategies as st

from course_lib.serve.engine import StopFilter


def plainest(text: str, sequences: list[str]) -> tuple[str, str | None]:
    """Read one character after the other and look at the end of what was read."""
    for end in range(1, len(text) + 1):
        found = [sequence for sequence in sequences if text[:end].endswith(sequence)]
        if found:
            longest = max(found, key=len)
            return text[: end - len(longest)], longest
    return text, None


@given(
    pieces=st.lists(st.text("ab\n", max_size=5), max_size=8),
    sequences=st.lists(st.text("ab\n", min_size=1, max_size=4), max_size=3),
)
def test_any_cut_gives_what_the_plainest_reader_gives(pieces, sequences):
    stop = StopFilter(sequences)
    shown = "".join(stop.feed(piece) for piece in pieces)
    if stop.found is None:
        shown += stop.flush()
    assert (shown, stop.found) == plainest("".join(pieces), sequences)


def test_nothing_is_held_back_longer_than_needed():
    stop = StopFilter(["END"])
    assert [stop.feed(piece) for piece in ("xE", "N", "x", "EN", "D", "y")] == ["x", "", "ENx", "", "", ""]
    assert stop.found == "END"
