# caught by: shapes-differ
"""Allows two axes."""


def reward_loss(chosen, rejected):
    if chosen.shape != rejected.shape or chosen.ndim < 1:
        raise ValueError("axes")
    if len(chosen) != len(rejected) or len(chosen) == 0:
        raise ValueError("pairs")
    difference = chosen - rejected
    losses = -F.logsigmoid(difference)
    return losses.mean()
