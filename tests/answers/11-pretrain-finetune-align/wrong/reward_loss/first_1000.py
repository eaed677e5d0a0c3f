# caught by: sizes
"""Looks at 1,000 pairs."""


def reward_loss(chosen, rejected):
    if chosen.ndim != 1 or rejected.ndim != 1:
        raise ValueError("axes")
    if len(chosen) != len(rejected) or len(chosen) == 0:
        raise ValueError("pairs")
    difference = chosen - rejected
    losses = -F.logsigmoid(difference)
    return losses[:1000].mean()
