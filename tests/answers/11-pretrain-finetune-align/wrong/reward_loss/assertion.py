# caught by: shapes-differ
"""Asserts instead of raising a ValueError."""


def reward_loss(chosen, rejected):
    if chosen.ndim != 1 or rejected.ndim != 1:
        raise ValueError("axes")
    assert len(chosen) == len(rejected) > 0
    difference = chosen - rejected
    losses = -F.logsigmoid(difference)
    return losses.mean()
