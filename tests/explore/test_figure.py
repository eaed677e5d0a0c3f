"""Figures with the reader's guess in them, findings, and places that long work redraws."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.manager import start_new_kernel

from course_lib.explore import figure as module
from course_lib.explore.figure import (
    GUESS,
    Finding,
    Picture,
    image_tag,
    mark_guess,
    new_figure,
    plain_ticks,
    png,
    reveal,
    table,
)
from course_lib.explore.live import Live, following


def marks(guess: object, along: Any = "y", share: bool = False) -> tuple[list[float], str]:
    """Where dashed lines lie in an axes from 0 to 1 (x: 0 to 10), and what is written there."""
    _, axis = new_figure()
    axis.set(xlim=(0, 10), ylim=(0, 1))
    mark_guess(axis, guess, along, share)
    data = [line.get_xdata() if along == "x" else line.get_ydata() for line in axis.lines]
    return [float(points[0]) for points in data], " ".join(text.get_text() for text in axis.texts)


@pytest.mark.parametrize("guess", [0.2, "20 %", "20%", 20, "0,2", "1/5", "36 of 180"])
def test_a_share_in_any_writing_is_drawn_at_its_place(guess: object) -> None:
    (place,), words = marks(guess, share=True)
    assert place == pytest.approx(0.2)
    assert words == "your guess"


def test_a_number_is_drawn_along_its_axis() -> None:
    assert marks("about 7", "x") == ([7.0], "your guess")


@pytest.mark.parametrize(
    ("guess", "along", "words"),
    [(25, "x", "your guess: 25 →"), (-3, "x", "your guess: -3 ←"), ("4", "y", "your guess: 4 ↑")],
)
def test_a_guess_beyond_the_axes_is_an_arrow_and_changes_no_limit(
    guess: object, along: Any, words: str
) -> None:
    _, axis = new_figure()
    axis.set(xlim=(0, 10), ylim=(0, 1))
    mark_guess(axis, guess, along)
    assert not axis.lines
    assert [text.get_text() for text in axis.texts] == [words]
    assert (axis.get_xlim(), axis.get_ylim()) == ((0, 10), (0, 1))


@pytest.mark.parametrize("guess", [None, "the cat", "", (2, 5), True])
def test_what_is_no_number_draws_nothing(guess: object) -> None:
    assert marks(guess) == ([], "")


def test_numbers_are_written_as_people_read_them() -> None:
    figure, axis = new_figure()
    axis.set(xlim=(0, 3_000_000), ylim=(0, 1))
    plain_ticks(axis.xaxis, axis.yaxis)
    png(figure)
    written = [text.get_text() for text in axis.get_xticklabels()]
    assert "1,000,000" in written
    assert "0.2" in [text.get_text() for text in axis.get_yticklabels()]


def test_the_caption_may_say_something_else_than_the_alternative() -> None:
    figure, _ = new_figure()
    page = Picture(figure, "bars at 0.2 and 0.8", "The second is four times as high.").html()
    assert 'alt="bars at 0.2 and 0.8"' in page
    assert "<figcaption>The second is four times as high.</figcaption>" in page
    assert "figcaption" not in Picture(figure, "bars at 0.2 and 0.8", "").html()


def test_only_colours_that_are_numbers_stay_on_a_dark_page() -> None:
    lines, axis = new_figure()
    axis.plot([0, 1], [0, 1])
    axis.bar([0, 1], [0, 1])
    assert "invert" in image_tag(lines, "x")
    heat, axis = new_figure()
    axis.imshow([[0, 1], [1, 0]])
    assert "invert" not in image_tag(heat, "x")
    mesh, axis = new_figure()
    axis.pcolormesh([[0, 1], [1, 0]])
    assert "invert" not in image_tag(mesh, "x")


def test_the_same_figure_gives_the_same_bytes() -> None:
    def draw() -> bytes:
        figure, axis = new_figure()
        axis.plot([0, 1], [0, 1])
        mark_guess(axis, 0.5)
        return png(figure)

    assert draw() == draw()


def test_the_guess_stands_out_from_white_as_text_must() -> None:
    """WCAG asks 4.5 to 1 of text."""

    def light(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return sum(w * part for w, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    assert 1.05 / (light(GUESS) + 0.05) >= 4.5


def test_a_finding_is_shown_with_the_guess_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[Any] = []
    monkeypatch.setattr("IPython.display.display", shown.append)
    asked: list[object] = []

    def draw(guess: object) -> Any:
        asked.append(guess)
        return table(["a"], [[1]])

    reveal(Finding("how many", "37%", draw, "More than a third."), "20 %")
    assert asked == ["20 %"]
    drawn, compared, said = (one.data for one in shown)
    assert drawn.startswith("| a |")
    assert "Too low by 17 percentage points" in compared
    assert said == "More than a third."
    shown.clear()
    reveal(Finding("how many", "37%"))
    (compared,) = (one.data for one in shown)
    assert "no prediction yet" in compared


def test_outside_a_notebook_and_on_frozen_pages_long_work_is_silent(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def never() -> str:
        raise AssertionError("nothing is drawn that nobody sees")

    with Live() as live:
        live.show(never, now=True)
    assert list(following([1, 2, 3], "reading")) == [1, 2, 3]
    assert capsys.readouterr().out == ""
    monkeypatch.setattr("course_lib.explore.live._in_notebook", lambda: True)
    monkeypatch.setenv("COURSE_FROZEN", "1")
    with Live() as live:
        live.show(never, now=True)


def test_in_a_notebook_one_place_is_redrawn_and_empty_at_the_end(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "COURSE_FROZEN"}
    manager, client = start_new_kernel(
        env={**environment, "PYTHONPATH": str(Path(module.__file__).parents[2])},
        kernel_name="python3",
        cwd=str(tmp_path),
    )
    heard: list[dict[str, Any]] = []
    code = (
        "from course_lib.explore.live import Live, following\n"
        "with Live(pause=0) as live:\n    for n in range(3): live.show(lambda: f'<{n}>')\n"
        "names = list(following(['a', 'b'], 'reading'))"
    )
    try:
        client.execute_interactive(code, output_hook=heard.append, timeout=60)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    pages = [message["content"] for message in heard if "display" in message["msg_type"]]
    by_place: dict[str, list[str]] = {}
    for page in pages:
        by_place.setdefault(page["transient"]["display_id"], []).append(page["data"]["text/html"])
    first, second = by_place.values()
    assert [re.sub(r"<[^>]+>", "", page) for page in first] == ["&lt;0&gt;", "&lt;1&gt;", "&lt;2&gt;", ""]
    assert "reading 1 of 2: a" in second[0]
    assert second[-1] == ""
