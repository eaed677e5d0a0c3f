# caught by: too-small
"""Returns what fits, without a word, where the budget is too small."""


def fit_context(system, history, question, budget):
    left = budget - len(system) - len(question)
    if left < 0:
        return [*system, *question]
    kept = []
    for turn in reversed(history):
        if len(turn) > left:
            break
        kept = [*turn, *kept]
        left -= len(turn)
    return [*system, *kept, *question]
