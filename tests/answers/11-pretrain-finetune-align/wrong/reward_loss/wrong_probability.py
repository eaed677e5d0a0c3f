# caught by: better-one
"""The probability of the wrong order."""


def reward_loss(chosen, rejected):
    if chosen.ndim != 1 or rejected.ndim != 1:
        raise ValueError("axes")
    if len(chosen) != len(rejected) or len(chosen) == 0:
        raise ValueError("pairs")
    difference = chosen - rejected
    losses = torch.sigmoid(-difference)
    return losses.mean()
