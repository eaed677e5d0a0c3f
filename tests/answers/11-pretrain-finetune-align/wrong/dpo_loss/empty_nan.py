# caught by: shapes-differ
"""No pairs give nan."""


def dpo_loss(policy_chosen, policy_rejected, reference_chosen, reference_rejected, beta=0.1):
    if not beta > 0 or math.isinf(beta):
        raise ValueError("beta")
    everything = [policy_chosen, policy_rejected, reference_chosen, reference_rejected]
    if policy_chosen.ndim != 1:
        raise ValueError("pairs")
    if any(one.shape != policy_chosen.shape for one in everything):
        raise ValueError("shapes")
    reference_chosen = reference_chosen.detach()
    reference_rejected = reference_rejected.detach()
    chosen = policy_chosen - reference_chosen
    rejected = policy_rejected - reference_rejected
    margin = beta * (chosen - rejected)
    return -F.logsigmoid(margin).mean()
