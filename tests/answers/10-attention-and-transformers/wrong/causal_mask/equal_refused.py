# caught by: itself-and-back
"""As many as there are may not ask."""


def causal_mask(time, source=None):
    if source is None:
        source = time
    if time < 1 or source <= time:
        raise ValueError("sizes")
    return torch.ones(time, source, dtype=torch.bool).tril(source - time)
