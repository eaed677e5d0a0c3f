# caught by: empty-and-long
"""Looks up the oldest kept turn by index(), which finds the first equal one."""


def fit_context(system, history, question, budget):
    left = budget - len(system) - len(question)
    if left < 0:
        raise ValueError("x")
    start = len(history)
    for turn in reversed(history):
        if len(turn) > left:
            break
        left -= len(turn)
        start = history.index(turn)
    out = list(system)
    for t in history[start:]:
        out += t
    return out + question
