# caught by: no-gap
"""Jumps over a turn that is too long and keeps an older one."""


def fit_context(system, history, question, budget):
    left = budget - len(system) - len(question)
    if left < 0:
        raise ValueError(f"budget={budget} is too small")
    kept = []
    for turn in reversed(history):
        if len(turn) > left:
            continue
        kept = [*turn, *kept]
        left -= len(turn)
    return [*system, *kept, *question]
