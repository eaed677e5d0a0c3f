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
    def __init__(s, text):
        s.ids = list(bytearray(text, "utf-8"))
        s.m = []

    def step(s):
        c = Counter(pairwise(s.ids)).most_common(1)
        if not c or c[0][1] < 2:
            return False
        s.ids = rep(s.ids, c[0][0], 256 + len(s.m))
        s.m.append(c[0][0])
        return True


def train_bpe(text, n_merges):
    t = T(text)
    while len(t.m) < n_merges and t.step():
        pass
    return t.m
