"""Tries how many of the newest turns fit, from all of them down to none."""


def fit_context(system, history, question, budget):
    for first in range(len(history) + 1):
        packed = system + [token for turn in history[first:] for token in turn] + question
        if len(packed) <= budget:
            return packed
    raise ValueError("system prompt and question do not fit")
