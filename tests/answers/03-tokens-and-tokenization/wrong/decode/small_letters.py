# caught by: parts
"""Returns small letters, as cleaned text has them."""


def made(merges):
    pieces = [bytes([i]) for i in range(256)]
    for left, right in merges:
        pieces.append(pieces[left] + pieces[right])
    return pieces


def known(ids, pieces):
    for i in ids:
        if not 0 <= i < len(pieces):
            raise ValueError(f"no id {i}")


def decode(ids, merges):
    pieces = made(merges)
    known(ids, pieces)
    return b"".join(pieces[i] for i in ids).decode(errors="replace").lower()
