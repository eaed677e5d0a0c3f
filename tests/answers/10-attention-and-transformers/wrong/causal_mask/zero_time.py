# caught by: refuses
"""No token that asks is let through."""


def causal_mask(time, source=None):
    if source is None:
        source = time
    if time < 0 or source < time:
        raise ValueError("sizes")
    return torch.ones(time, source, dtype=torch.bool).tril(source - time)
