# caught by: refuses
"""Nothing is refused."""


def causal_mask(time, source=None):
    if source is None:
        source = time
    if False:
        raise ValueError("sizes")
    return torch.ones(time, source, dtype=torch.bool).tril(source - time)
