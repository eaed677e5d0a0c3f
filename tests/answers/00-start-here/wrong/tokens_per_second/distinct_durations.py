# caught by: every-step
"""Keeps the durations as keys of a dictionary, so that equal ones count once."""


def tokens_per_second(shape, step_milliseconds):
    if not step_milliseconds or min(step_milliseconds) <= 0:
        raise ValueError("no time")
    took = dict.fromkeys(step_milliseconds)
    return shape[0] * shape[1] * len(took) / (sum(took) / 1000)
