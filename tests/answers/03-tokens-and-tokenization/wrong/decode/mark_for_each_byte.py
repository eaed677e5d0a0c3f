# caught by: half-character
"""Puts one mark for each byte that is left over."""


def decode(ids, merges):
    pieces = [bytes([i]) for i in range(256)]
    for left, right in merges:
        pieces.append(pieces[left] + pieces[right])
    if any(not 0 <= i < len(pieces) for i in ids):
        raise ValueError("no such id")
    data = b"".join(pieces[i] for i in ids)
    out = ""
    while data:
        for size in (1, 2, 3, 4):
            try:
                sign = data[:size].decode()
                break
            except UnicodeDecodeError:
                continue
        else:
            sign, size = "\ufffd", 1
        out += sign
        data = data[size:]
    return out
