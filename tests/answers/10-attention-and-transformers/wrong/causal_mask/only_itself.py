# caught by: itself-and-back
"""Each token sees itself only."""


def causal_mask(time, source=None):
    if source is None:
        source = time
    if time < 1 or source < time:
        raise ValueError("sizes")
    return torch.eye(time, source, dtype=torch.bool)
