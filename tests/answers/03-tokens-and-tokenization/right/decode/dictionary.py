"""A dictionary of pieces; a missing id becomes a ValueError."""


def decode(ids, merges):
    pieces = {i: bytes((i,)) for i in range(256)}
    for number, (left, right) in enumerate(merges):
        pieces[256 + number] = pieces[left] + pieces[right]
    data = bytearray()
    for i in ids:
        if i not in pieces:
            raise ValueError(i)
        data += pieces[i]
    return data.decode("utf-8", errors="replace")
