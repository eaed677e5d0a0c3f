# caught by: shapes-differ
"""No pairs cost 0."""


def reward_loss(chosen, rejected):
    if chosen.ndim != 1 or rejected.ndim != 1:
        raise ValueError("axes")
    if len(chosen) == 0 and len(rejected) == 0:
        return (chosen.sum() + rejected.sum()) * 0
    if len(chosen) != len(rejected):
        raise ValueError("pairs")
    difference = chosen - rejected
    losses = -F.logsigmoid(difference)
    return losses.mean()
