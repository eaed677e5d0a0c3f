"""NumPy counts the rows of a table of pairs."""

import numpy as np


def train_bpe(text, n_merges):
    a = np.frombuffer(text.encode(), dtype=np.uint8).astype(np.int64)
    merges = []
    while len(merges) < n_merges and len(a) > 1:
        pairs, n = np.unique(np.stack([a[:-1], a[1:]], 1), axis=0, return_counts=True)
        if n.max() < 2:
            break
        left, r = (int(x) for x in pairs[n.argmax()])
        out, i = [], 0
        while i < len(a):
            if i + 1 < len(a) and a[i] == left and a[i + 1] == r:
                out.append(256 + len(merges))
                i += 2
            else:
                out.append(int(a[i]))
                i += 1
        merges.append((left, r))
        a = np.array(out)
    return merges
