# caught by: newest-turns
"""history[-n:] with n = 0 is the whole history."""


def fit_context(system, history, question, budget):
    room = budget - len(system) - len(question)
    if room < 0:
        raise ValueError("too small")
    n = used = 0
    for turn in reversed(history):
        if used + len(turn) > room:
            break
        used += len(turn)
        n += 1
    return system + [token for turn in history[-n:] for token in turn] + question
