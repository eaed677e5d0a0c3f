# caught by: newest-turns
"""Appends while it walks back: the conversation runs backwards."""


def fit_context(system, history, question, budget):
    left = budget - len(system) - len(question)
    if left < 0:
        raise ValueError(f"budget={budget} is too small")
    kept = []
    for turn in reversed(history):
        if len(turn) > left:
            break
        kept = [*kept, *turn]
        left -= len(turn)
    return [*system, *kept, *question]
