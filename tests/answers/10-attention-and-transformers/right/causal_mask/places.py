"""Compares places."""


def causal_mask(time, source=None):
    source = time if source is None else source
    if not 1 <= time <= source:
        raise ValueError("sizes")
    return torch.arange(source - time, source).unsqueeze(1) >= torch.arange(source)
