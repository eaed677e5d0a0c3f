# caught by: slopes
"""No gradient to the rejected answers."""


def reward_loss(chosen, rejected):
    if chosen.ndim != 1 or rejected.ndim != 1:
        raise ValueError("axes")
    if len(chosen) != len(rejected) or len(chosen) == 0:
        raise ValueError("pairs")
    difference = chosen - rejected.detach()
    losses = -F.logsigmoid(difference)
    return losses.mean()
