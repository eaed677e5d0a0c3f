# caught by: newest-turns
"""Fills the rest of the budget with the end of the turn that does not fit."""


def fit_context(system, history, question, budget):
    left = budget - len(system) - len(question)
    if left < 0:
        raise ValueError(f"budget={budget} is too small")
    kept = []
    for turn in reversed(history):
        if len(turn) > left:
            kept = [*turn[len(turn) - left :], *kept]
            break
        kept = [*turn, *kept]
        left -= len(turn)
    return [*system, *kept, *question]
