# caught by: speed-of-the-run
"""Cuts fractions of a millisecond off."""


def tokens_per_second(shape, step_milliseconds):
    if not step_milliseconds or min(step_milliseconds) <= 0:
        raise ValueError("no time")
    seconds = max(sum(int(took) for took in step_milliseconds), 1e-9) / 1000
    return shape[0] * shape[1] * len(step_milliseconds) / seconds
