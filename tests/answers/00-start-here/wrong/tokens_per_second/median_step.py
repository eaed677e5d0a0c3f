# caught by: speed-of-the-run
"""The median step: robust, but not the speed of the whole run."""


def tokens_per_second(shape, step_milliseconds):
    if not step_milliseconds or min(step_milliseconds) <= 0:
        raise ValueError("no time")
    return 1000 * shape[0] * shape[1] / float(np.median(step_milliseconds))
