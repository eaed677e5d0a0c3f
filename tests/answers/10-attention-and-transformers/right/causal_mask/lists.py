"""Nested lists."""


def causal_mask(time, source=None):
    if source is None:
        source = time
    if time < 1:
        raise ValueError("time")
    if source < time:
        raise ValueError("source")
    past = source - time
    return torch.tensor([[True] * (past + i + 1) + [False] * (time - i - 1) for i in range(time)])
