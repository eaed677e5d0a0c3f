"""Binary cross-entropy with the label 1."""


def reward_loss(chosen, rejected):
    if chosen.ndim != 1 or rejected.ndim != 1:
        raise ValueError("axes")
    if len(chosen) != len(rejected) or len(chosen) == 0:
        raise ValueError("pairs")
    difference = chosen - rejected
    return F.binary_cross_entropy_with_logits(difference, torch.ones_like(difference))
