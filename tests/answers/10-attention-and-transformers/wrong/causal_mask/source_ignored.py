# caught by: the-last-ones-ask
"""A square, whatever source says."""


def causal_mask(time, source=None):
    if source is None:
        source = time
    if time < 1 or source < time:
        raise ValueError("sizes")
    return torch.ones(time, time, dtype=torch.bool).tril()
