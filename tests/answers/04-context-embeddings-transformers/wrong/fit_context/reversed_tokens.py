# caught by: in-order
"""Sorts it out at the end by reversing all tokens, so that every turn is spelled backwards."""


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
    return [*system, *kept[::-1][::1][: len(kept) // 2], *kept[::-1][len(kept) // 2 :][::-1], *question]
