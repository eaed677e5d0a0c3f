"""A class that learns one merge at a step."""

from collections import Counter
from itertools import pairwise


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


class T:
    def __init__(self, text):
        self.ids = list(bytearray(text, "utf-8"))
        self.m = []

    def step(self):
        c = Counter(pairwise(self.ids)).most_common(1)
        if not c or c[0][1] < 2:
            return False
        self.ids = rep(self.ids, c[0][0], 256 + len(self.m))
        self.m.append(c[0][0])
        return True


def train_bpe(text, n_merges):
    t = T(text)
    while len(t.m) < n_merges and t.step():
        pass
    return t.m
