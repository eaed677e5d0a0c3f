"""Add up first, divide once."""


def tokens_per_second(shape, step_milliseconds):
    if not step_milliseconds or min(step_milliseconds) <= 0:
        raise ValueError("no time")
    batch, time = shape
    return batch * time * len(step_milliseconds) / (sum(step_milliseconds) / 1000)
