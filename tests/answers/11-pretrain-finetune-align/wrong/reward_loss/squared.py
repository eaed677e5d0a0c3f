# caught by: better-one
"""Squared distance from 1."""


def reward_loss(chosen, rejected):
    if chosen.ndim != 1 or rejected.ndim != 1:
        raise ValueError("axes")
    if len(chosen) != len(rejected) or len(chosen) == 0:
        raise ValueError("pairs")
    difference = chosen - rejected
    losses = (1 - difference) ** 2
    return losses.mean()
