"""Arrays of floats; the result is turned into a list."""


def shares(counts):
    values = np.array(counts, dtype=float)
    if values.sum() <= 0 or (values < 0).any():
        raise ValueError
    return (values / values.sum()).tolist()
