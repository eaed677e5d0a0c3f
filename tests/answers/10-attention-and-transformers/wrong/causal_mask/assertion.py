# caught by: refuses
"""Asserts."""


def causal_mask(time, source=None):
    if source is None:
        source = time
    assert 1 <= time <= source
    return torch.ones(time, source, dtype=torch.bool).tril(source - time)
