# caught by: no-time
"""Silently leaves out the steps that took no time."""


def tokens_per_second(shape, step_milliseconds):
    took = [one for one in step_milliseconds if one > 0]
    if not took:
        raise ValueError("no time")
    return shape[0] * shape[1] * len(took) / (sum(took) / 1000)
