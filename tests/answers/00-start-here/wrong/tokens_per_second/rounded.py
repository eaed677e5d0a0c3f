# caught by: any-duration
"""Rounds the speed to two places."""


def tokens_per_second(shape, step_milliseconds):
    if not step_milliseconds or min(step_milliseconds) <= 0:
        raise ValueError("no time")
    return round(shape[0] * shape[1] * len(step_milliseconds) / (sum(step_milliseconds) / 1000), 2)
