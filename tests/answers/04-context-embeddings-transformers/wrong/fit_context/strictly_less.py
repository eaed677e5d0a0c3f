# caught by: exact-fit
"""A turn that fits exactly is dropped: > where >= was meant, the other way round."""


def fit_context(system, history, question, budget):
    left = budget - len(system) - len(question)
    if left < 0:
        raise ValueError(f"budget={budget} is too small")
    kept = []
    for turn in reversed(history):
        if len(turn) >= left:
            break
        kept = [*turn, *kept]
        left -= len(turn)
    return [*system, *kept, *question]
