"""A list of bytes for every id, joined and decoded once."""


def decode(ids, merges):
    pieces = [bytes([i]) for i in range(256)]
    for left, right in merges:
        pieces.append(pieces[left] + pieces[right])
    if any(not 0 <= i < len(pieces) for i in ids):
        raise ValueError("an id is not in the vocabulary")
    return b"".join(pieces[i] for i in ids).decode(errors="replace")
