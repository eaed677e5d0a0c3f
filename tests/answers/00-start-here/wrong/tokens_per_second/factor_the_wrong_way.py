# caught by: speed-of-the-run
"""Multiplies the time by 1000 in place of dividing it."""


def tokens_per_second(shape, step_milliseconds):
    if not step_milliseconds or min(step_milliseconds) <= 0:
        raise ValueError("no time")
    return shape[0] * shape[1] * len(step_milliseconds) / (sum(step_milliseconds) * 1000)
