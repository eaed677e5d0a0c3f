# caught by: refuses
"""A source that is too short is let through."""


def causal_mask(time, source=None):
    if source is None:
        source = time
    if time < 1 or source < 1:
        raise ValueError("sizes")
    return torch.ones(time, source, dtype=torch.bool).tril(source - time)
