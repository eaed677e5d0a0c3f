"""The same with arrays."""


def tokens_per_second(shape, step_milliseconds):
    seconds = np.asarray(step_milliseconds, dtype=float) / 1000
    if seconds.size == 0 or (seconds <= 0).any():
        raise ValueError("every step takes some time")
    return np.prod(shape) * seconds.size / seconds.sum()
