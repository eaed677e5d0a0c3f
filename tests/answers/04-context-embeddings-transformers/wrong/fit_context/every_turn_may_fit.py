# caught by: newest-turns
"""Compares each turn with the whole room and never subtracts what is used."""


def fit_context(system, history, question, budget):
    left = budget - len(system) - len(question)
    if left < 0:
        raise ValueError(f"budget={budget} is too small")
    kept = []
    for turn in reversed(history):
        if len(turn) > left:
            break
        kept = [*turn, *kept]
    return [*system, *kept, *question]
