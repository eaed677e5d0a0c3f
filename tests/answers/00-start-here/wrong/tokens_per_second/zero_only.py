# caught by: no-time
"""Refuses a duration of 0, and lets negative ones pass."""


def tokens_per_second(shape, step_milliseconds):
    if not step_milliseconds or 0 in step_milliseconds or sum(step_milliseconds) == 0:
        raise ValueError("no time")
    return shape[0] * shape[1] * len(step_milliseconds) / (sum(step_milliseconds) / 1000)
