"""Softplus, and a frozen reference by no_grad."""


def dpo_loss(policy_chosen, policy_rejected, reference_chosen, reference_rejected, beta=0.1):
    if not beta > 0 or math.isinf(beta):
        raise ValueError("beta")
    everything = [policy_chosen, policy_rejected, reference_chosen, reference_rejected]
    if policy_chosen.ndim != 1 or len(policy_chosen) == 0:
        raise ValueError("pairs")
    if any(one.shape != policy_chosen.shape for one in everything):
        raise ValueError("shapes")
    with torch.no_grad():
        already = reference_chosen - reference_rejected
    margin = (policy_chosen - policy_rejected - already) * beta
    return F.softplus(-margin).mean()
