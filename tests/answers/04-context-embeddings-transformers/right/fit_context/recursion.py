"""Recursion over the oldest turn: if all fits, take all, else try without it."""


def fit_context(system, history, question, budget):
    whole = [*system, *(token for turn in history for token in turn), *question]
    if len(whole) <= budget:
        return whole
    if not history:
        raise ValueError("even without history it is too long")
    return fit_context(system, history[1:], question, budget)
