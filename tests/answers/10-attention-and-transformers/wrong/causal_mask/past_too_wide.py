# caught by: the-last-ones-ask
"""With a past, one sees the next new one."""


def causal_mask(time, source=None):
    if source is None:
        source = time
    if time < 1 or source < time:
        raise ValueError("sizes")
    return torch.ones(time, source, dtype=torch.bool).tril(source - time + (source > time))
