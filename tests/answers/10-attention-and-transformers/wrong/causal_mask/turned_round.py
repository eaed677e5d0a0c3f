# caught by: itself-and-back
"""True where a token may not look."""


def causal_mask(time, source=None):
    if source is None:
        source = time
    if time < 1 or source < time:
        raise ValueError("sizes")
    return ~torch.ones(time, source, dtype=torch.bool).tril(source - time)
