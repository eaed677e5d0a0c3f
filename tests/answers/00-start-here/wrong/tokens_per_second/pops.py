# caught by: durations-untouched
"""Takes the steps out of the caller's list, one by one."""


def tokens_per_second(shape, step_milliseconds):
    if not step_milliseconds or min(step_milliseconds) <= 0:
        raise ValueError("no time")
    steps, seconds = len(step_milliseconds), 0.0
    while step_milliseconds:
        seconds += step_milliseconds.pop() / 1000
    return shape[0] * shape[1] * steps / seconds
