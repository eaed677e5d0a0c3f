# caught by: the-last-ones-ask
"""One new token is taken for the first one."""


def causal_mask(time, source=None):
    if source is None:
        source = time
    if time < 1 or source < time:
        raise ValueError("sizes")
    if time == 1:
        return torch.eye(1, source).bool()
    return torch.ones(time, source, dtype=torch.bool).tril(source - time)
