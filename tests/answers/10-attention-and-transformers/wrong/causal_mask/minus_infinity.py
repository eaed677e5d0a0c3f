# caught by: itself-and-back
"""A table to be added to the scores."""


def causal_mask(time, source=None):
    if source is None:
        source = time
    if time < 1 or source < time:
        raise ValueError("sizes")
    return torch.zeros(time, source).masked_fill(
        ~torch.ones(time, source).tril(source - time).bool(), -torch.inf
    )
