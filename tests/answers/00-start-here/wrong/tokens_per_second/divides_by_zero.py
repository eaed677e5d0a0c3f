# caught by: no-step
"""Lets Python divide by zero."""


def tokens_per_second(shape, step_milliseconds):
    if any(m < 0 for m in step_milliseconds):
        raise ValueError
    return shape[0] * shape[1] * len(step_milliseconds) / (sum(step_milliseconds) / 1000)
