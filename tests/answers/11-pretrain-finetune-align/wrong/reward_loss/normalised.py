# caught by: better-one
"""Normalises the rewards first."""


def reward_loss(chosen, rejected):
    if chosen.ndim != 1 or rejected.ndim != 1:
        raise ValueError("axes")
    if len(chosen) != len(rejected) or len(chosen) == 0:
        raise ValueError("pairs")
    difference = (chosen - rejected) / (chosen - rejected).abs().max().clamp(min=1e-9)
    losses = -F.logsigmoid(difference)
    return losses.mean()
