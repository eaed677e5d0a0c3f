# caught by: speed-of-the-run
"""Leaves the first step out of a long run, as warming up."""


def tokens_per_second(shape, step_milliseconds):
    if not step_milliseconds or min(step_milliseconds) <= 0:
        raise ValueError
    m = step_milliseconds[1:] if len(step_milliseconds) > 10 else step_milliseconds
    return shape[0] * shape[1] * len(m) / (sum(m) / 1000)
