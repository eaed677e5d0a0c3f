# caught by: the-last-ones-ask
"""Looks back 256 tokens at most."""


def causal_mask(time, source=None):
    if source is None:
        source = time
    if time < 1 or source < time:
        raise ValueError("sizes")
    return torch.ones(time, source, dtype=torch.bool).tril(source - time).triu(source - time - 255)
