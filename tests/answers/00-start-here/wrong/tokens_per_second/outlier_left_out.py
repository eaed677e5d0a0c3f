# caught by: every-step
"""Leaves out a step that is far slower than the others, as a measuring error."""


def tokens_per_second(shape, step_milliseconds):
    if not step_milliseconds or min(step_milliseconds) <= 0:
        raise ValueError("no time")
    usual = sorted(step_milliseconds)[len(step_milliseconds) // 2]
    took = [one for one in step_milliseconds if one <= 100 * usual]
    return shape[0] * shape[1] * len(took) / (sum(took) / 1000)
