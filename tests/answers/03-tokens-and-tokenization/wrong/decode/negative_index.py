# caught by: unknown-id
"""A negative id counts from the end of the list and finds something."""


def decode(ids, merges):
    pieces = [bytes([i]) for i in range(256)]
    for left, right in merges:
        pieces.append(pieces[left] + pieces[right])
    try:
        return b"".join(pieces[i] for i in ids).decode(errors="replace")
    except IndexError:
        raise ValueError("no such id") from None
