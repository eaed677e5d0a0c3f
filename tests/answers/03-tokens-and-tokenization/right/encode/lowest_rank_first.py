"""As fast tokenizers do: always the pair that was learned first among those that are there."""

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
    rank = {tuple(pair): number for number, pair in enumerate(merges)}
    ids = list(text.encode())
    while True:
        there = [pair for pair in itertools.pairwise(ids) if pair in rank]
        if not there:
            return ids
        best = min(there, key=rank.get)
        ids = replaced(ids, best, 256 + rank[best])
