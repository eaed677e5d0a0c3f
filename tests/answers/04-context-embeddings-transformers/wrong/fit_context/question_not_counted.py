# caught by: newest-turns
"""Forgets that the question needs room, too."""


def fit_context(system, history, question, budget):
    left = budget - len(system) - len(question)
    if left < 0:
        raise ValueError(f"budget={budget} is too small")
    kept = []
    left += len(question)
    for turn in reversed(history):
        if len(turn) > left:
            break
        kept = [*turn, *kept]
        left -= len(turn)
    return [*system, *kept, *question]
