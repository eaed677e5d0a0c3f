# caught by: speed-of-the-run
"""Counts the tokens of one row and forgets the batch."""


def tokens_per_second(shape, step_milliseconds):
    if not step_milliseconds or min(step_milliseconds) <= 0:
        raise ValueError("no time")
    return shape[1] * len(step_milliseconds) / (sum(step_milliseconds) / 1000)
