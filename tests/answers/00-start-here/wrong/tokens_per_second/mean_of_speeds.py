# caught by: speed-of-the-run
"""The mean of the single speeds, which gives fast steps too much weight."""


def tokens_per_second(shape, step_milliseconds):
    if not step_milliseconds or min(step_milliseconds) <= 0:
        raise ValueError("no time")
    return float(np.mean([1000 * shape[0] * shape[1] / took for took in step_milliseconds]))
