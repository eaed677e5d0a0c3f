# caught by: inputs-untouched
"""Drops the oldest turns from the caller's own list."""


def fit_context(system, history, question, budget):
    if len(system) + len(question) > budget:
        raise ValueError("too small")
    while len(system) + sum(len(turn) for turn in history) + len(question) > budget:
        history.pop(0)
    return [*system, *(token for turn in history for token in turn), *question]
