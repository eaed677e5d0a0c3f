"""Softmax over the pair."""


def reward_loss(chosen, rejected):
    if chosen.ndim != 1 or rejected.ndim != 1:
        raise ValueError("axes")
    if len(chosen) != len(rejected) or len(chosen) == 0:
        raise ValueError("pairs")
    losses = torch.logaddexp(torch.zeros_like(chosen), rejected - chosen)
    return losses.mean()
