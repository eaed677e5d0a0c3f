# caught by: speed-of-the-run
"""Divides the tokens of one batch by the time of all steps."""


def tokens_per_second(shape, step_milliseconds):
    if not step_milliseconds or min(step_milliseconds) <= 0:
        raise ValueError("no time")
    return shape[0] * shape[1] / (sum(step_milliseconds) / 1000)
