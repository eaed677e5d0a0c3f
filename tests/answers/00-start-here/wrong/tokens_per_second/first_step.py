# caught by: speed-of-the-run
"""Measures the first step and calls it the run."""


def tokens_per_second(shape, step_milliseconds):
    if not step_milliseconds or min(step_milliseconds) <= 0:
        raise ValueError("no time")
    return 1000 * shape[0] * shape[1] / step_milliseconds[0]
