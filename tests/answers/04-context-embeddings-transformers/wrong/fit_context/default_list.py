# caught by: newest-turns
"""Collects in a default list, which stays from call to call."""


def fit_context(system, history, question, budget, kept=[]):
    left = budget - len(system) - len(question)
    if left < 0:
        raise ValueError
    for turn in reversed(history):
        if len(turn) > left:
            break
        kept[:0] = turn
        left -= len(turn)
    return [*system, *kept, *question]
