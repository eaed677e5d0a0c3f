# caught by: order-of-learning
"""Takes the longest token that fits, from left to right."""


def encode(text, merges):
    pieces = [bytes([i]) for i in range(256)]
    for left, right in merges:
        pieces.append(pieces[left] + pieces[right])
    ids = {}
    for i, piece in enumerate(pieces):
        ids.setdefault(piece, i)
    data, out = text.encode(), []
    while data:
        size = next(n for n in range(len(data), 0, -1) if data[:n] in ids)
        out.append(ids[data[:size]])
        data = data[size:]
    return out
