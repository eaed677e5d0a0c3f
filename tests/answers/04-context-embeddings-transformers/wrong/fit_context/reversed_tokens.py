# caught by: newest-turns
"""Collects the turns from the newest to the oldest, then reverses all tokens: each turn is spelled backwards."""


def fit_context(system, history, question, budget):
    left = budget - len(system) - len(question)
    if left < 0:
        raise ValueError(f"budget={budget} is too small")
    kept = []
    for turn in reversed(history):
        if len(turn) > left:
            break
        kept += turn
        left -= len(turn)
    return system + kept[::-1] + question
