# caught by: newest-turns
"""Cuts the end off when it is too long: the question goes first."""


def fit_context(system, history, question, budget):
    if len(system) + len(question) > budget:
        raise ValueError("too small")
    whole = [*system, *(token for turn in history for token in turn), *question]
    return whole[:budget]
