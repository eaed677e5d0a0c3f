# caught by: the-last-ones-ask
"""The tokens that ask are taken for the first ones."""


def causal_mask(time, source=None):
    if source is None:
        source = time
    if time < 1 or source < time:
        raise ValueError("sizes")
    return torch.ones(time, source, dtype=torch.bool).tril()
