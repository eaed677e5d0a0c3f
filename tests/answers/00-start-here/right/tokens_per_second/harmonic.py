"""The harmonic mean of the speeds is the speed of the run."""

import statistics


def tokens_per_second(shape, step_milliseconds):
    if not step_milliseconds or any(m <= 0 for m in step_milliseconds):
        raise ValueError("x")
    return statistics.harmonic_mean([shape[0] * shape[1] * 1000 / m for m in step_milliseconds])
