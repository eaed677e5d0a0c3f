# caught by: order-of-learning
"""Keeps pieces of bytes and looks their id up at the end; where two merges make the same bytes (a+bc and ab+c), the
first's pieces get the id of the last: encode('abc', [(98, 99), (97, 256), (97, 98), (258, 99)]) gives [259] for
[257]. Violates 'merges[i] are the two ids that became id 256 + i' (pairs of ids, not of bytes)."""


def encode(text, merges):
    pieces = [bytes([i]) for i in range(256)]
    number = {piece: i for i, piece in enumerate(pieces)}
    parts = [bytes([b]) for b in text.encode()]
    for left, right in merges:
        both = pieces[left] + pieces[right]
        number[both] = len(pieces)
        pieces.append(both)
        new, i = [], 0
        while i < len(parts):
            if i + 1 < len(parts) and (parts[i], parts[i + 1]) == (pieces[left], pieces[right]):
                new.append(both)
                i += 2
            else:
                new.append(parts[i])
                i += 1
        parts = new
    return [number[part] for part in parts]
