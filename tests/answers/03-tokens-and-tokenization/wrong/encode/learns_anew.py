# caught by: order-of-learning
"""Merges what is frequent in the new text in place of what was learned."""

import itertools


def replaced(ids, pair, new):
    out, i = [], 0
    while i < len(ids):
        if tuple(ids[i : i + 2]) == pair:
            out.append(new)
            i += 2
        else:
            out.append(ids[i])
            i += 1
    return out


def encode(text, merges):
    new = {tuple(pair): 256 + number for number, pair in enumerate(merges)}
    ids = list(text.encode())
    while True:
        there = [pair for pair in itertools.pairwise(ids) if pair in new]
        if not there:
            return ids
        best = max(there, key=there.count)
        ids = replaced(ids, best, new[best])
