# caught by: inputs-untouched
"""Extends the caller's system prompt with +=."""


def fit_context(system, history, question, budget):
    left = budget - len(system) - len(question)
    if left < 0:
        raise ValueError(f"budget={budget} is too small")
    kept = []
    result = system
    for turn in reversed(history):
        if len(turn) > left:
            break
        kept = [*turn, *kept]
        left -= len(turn)
    result += kept
    result += question
    return result
