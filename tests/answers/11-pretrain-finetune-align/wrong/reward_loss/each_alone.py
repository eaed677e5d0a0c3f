# caught by: better-one
"""Scores each answer alone."""


def reward_loss(chosen, rejected):
    if chosen.ndim != 1 or rejected.ndim != 1:
        raise ValueError("axes")
    if len(chosen) != len(rejected) or len(chosen) == 0:
        raise ValueError("pairs")
    losses = -F.logsigmoid(chosen) - F.logsigmoid(-rejected)
    return losses.mean()
