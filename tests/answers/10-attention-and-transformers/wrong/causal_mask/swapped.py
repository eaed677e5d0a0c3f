# caught by: the-last-ones-ask
"""Rows and columns swapped."""


def causal_mask(time, source=None):
    if source is None:
        source = time
    if time < 1 or source < time:
        raise ValueError("sizes")
    return torch.ones(source, time, dtype=torch.bool).tril()
