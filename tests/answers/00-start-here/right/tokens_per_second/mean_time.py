"""One batch over the mean time is the same thing; the result is a NumPy number."""


def tokens_per_second(shape, step_milliseconds):
    took = np.asarray(step_milliseconds, dtype=float)
    if took.size == 0 or (took <= 0).any():
        raise ValueError("no time")
    return np.prod(shape) / (took.mean() / 1e3)
