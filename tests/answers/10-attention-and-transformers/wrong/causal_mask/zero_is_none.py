# caught by: refuses
"""`source or time` takes 0 for None."""


def causal_mask(time, source=None):
    if not source:
        source = time
    if time < 1 or source < time:
        raise ValueError("sizes")
    return torch.ones(time, source, dtype=torch.bool).tril(source - time)
