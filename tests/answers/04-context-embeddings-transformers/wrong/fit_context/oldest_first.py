# caught by: newest-turns
"""Fills up from the oldest turn, so the newest one is dropped."""


def fit_context(system, history, question, budget):
    left = budget - len(system) - len(question)
    if left < 0:
        raise ValueError(f"budget={budget} is too small")
    kept = []
    for turn in history:
        if len(turn) > left:
            break
        kept = [*kept, *turn]
        left -= len(turn)
    return [*system, *kept, *question]
