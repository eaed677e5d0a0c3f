# caught by: newest-turns
"""Keeps results in a dict whose keys are lengths only."""

_cache = {}


def fit_context(system, history, question, budget):
    key = (len(system), len(history), len(question), budget)
    if key in _cache:
        return list(_cache[key])
    if len(system) + len(question) > budget:
        raise ValueError
    out = []
    for t in history[::-1]:
        if len(system) + len(out) + len(t) + len(question) > budget:
            break
        out = t + out
    _cache[key] = system + out + question
    return list(_cache[key])
