"""Slow and right: asks for every pair how often it is there."""


def count_pairs(ids):
    pairs = [(ids[i], ids[i + 1]) for i in range(len(ids) - 1)]
    return {pair: pairs.count(pair) for pair in set(pairs)}
