# caught by: no-step
"""Answers infinity, or 0, where there is no time."""


def tokens_per_second(shape, step_milliseconds):
    total = sum(step_milliseconds)
    if total <= 0:
        return float("inf") if step_milliseconds else 0.0
    return shape[0] * shape[1] * len(step_milliseconds) / (total / 1000)
