# caught by: itself-and-back
"""Zeros and ones."""


def causal_mask(time, source=None):
    if source is None:
        source = time
    if time < 1 or source < time:
        raise ValueError("sizes")
    return torch.ones(time, source).tril(source - time)
