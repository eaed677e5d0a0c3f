# caught by: extremes
"""log1p(exp(-d)) overflows."""


def reward_loss(chosen, rejected):
    if chosen.ndim != 1 or rejected.ndim != 1:
        raise ValueError("axes")
    if len(chosen) != len(rejected) or len(chosen) == 0:
        raise ValueError("pairs")
    difference = chosen - rejected
    losses = torch.log1p(torch.exp(-difference))
    return losses.mean()
