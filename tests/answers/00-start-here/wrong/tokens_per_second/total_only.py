# caught by: no-time
"""Looks only at the sum of the durations."""


def tokens_per_second(shape, step_milliseconds):
    seconds = sum(step_milliseconds) / 1000
    if seconds <= 0:
        raise ValueError("no time")
    return shape[0] * shape[1] * len(step_milliseconds) / seconds
