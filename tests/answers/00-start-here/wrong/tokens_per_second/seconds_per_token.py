# caught by: speed-of-the-run
"""Upside down: seconds per token."""


def tokens_per_second(shape, step_milliseconds):
    if not step_milliseconds or min(step_milliseconds) <= 0:
        raise ValueError("no time")
    return sum(step_milliseconds) / 1000 / (shape[0] * shape[1] * len(step_milliseconds))
