# caught by: order-of-learning
"""Merges any two pieces that spell the token."""


def rep(ids, pair, new):
    out, i = [], 0
    while i < len(ids):
        if tuple(ids[i : i + 2]) == tuple(pair):
            out.append(new)
            i += 2
        else:
            out.append(ids[i])
            i += 1
    return out


def encode(text, merges):
    pieces = [bytes([i]) for i in range(256)]
    for left, r in merges:
        pieces.append(pieces[left] + pieces[r])
    data = [bytes([b]) for b in text.encode()]
    for n in range(len(merges)):
        out, i = [], 0
        while i < len(data):
            if i + 1 < len(data) and data[i] + data[i + 1] == pieces[256 + n]:
                out.append(data[i] + data[i + 1])
                i += 2
            else:
                out.append(data[i])
                i += 1
        data = out
    return [pieces.index(d) for d in data]
