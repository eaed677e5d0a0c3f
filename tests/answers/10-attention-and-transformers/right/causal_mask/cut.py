"""The last rows of a large triangle."""


def causal_mask(time, source=None):
    n = time if source is None else source
    if time < 1 or n < time:
        raise ValueError("numbers")
    return ~torch.ones(n, n, dtype=torch.bool).triu(1)[n - time :]
