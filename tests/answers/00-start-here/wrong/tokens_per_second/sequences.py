# caught by: speed-of-the-run
"""Counts pieces of text in place of tokens."""


def tokens_per_second(shape, step_milliseconds):
    if not step_milliseconds or min(step_milliseconds) <= 0:
        raise ValueError("no time")
    return shape[0] * len(step_milliseconds) / (sum(step_milliseconds) / 1000)
