# caught by: better-one
"""One loss per pair."""


def reward_loss(chosen, rejected):
    if chosen.ndim != 1 or rejected.ndim != 1:
        raise ValueError("axes")
    if len(chosen) != len(rejected) or len(chosen) == 0:
        raise ValueError("pairs")
    difference = chosen - rejected
    losses = -F.logsigmoid(difference)
    return losses
