# caught by: newest-turns
"""Keeps the newest tokens of everything: the system prompt is the first to go."""


def fit_context(system, history, question, budget):
    if len(system) + len(question) > budget:
        raise ValueError("too small")
    whole = [*system, *(token for turn in history for token in turn), *question]
    return whole[-budget:]
