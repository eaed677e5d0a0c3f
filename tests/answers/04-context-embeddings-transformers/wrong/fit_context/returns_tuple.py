# caught by: one-list
"""Chains the parts together and gives back a tuple."""


def fit_context(system, history, question, budget):
    import itertools

    if len(system) + len(question) > budget:
        raise ValueError("too small")
    for first in range(len(history) + 1):
        packed = tuple(itertools.chain(system, *history[first:], question))
        if len(packed) <= budget:
            return packed
