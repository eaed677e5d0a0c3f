# caught by: shapes-differ
"""One reward against many."""


def reward_loss(chosen, rejected):
    if chosen.ndim != 1 or rejected.ndim != 1:
        raise ValueError("axes")
    if len(chosen) == 0:
        raise ValueError("pairs")
    difference = chosen - rejected
    losses = -F.logsigmoid(difference)
    return losses.mean()
