# caught by: large-scores
"""softmax, then log."""


def kl_to_reference(policy_logits, reference_logits):
    if policy_logits.ndim == 0 or policy_logits.shape != reference_logits.shape:
        raise ValueError("shapes")
    reference_logits = reference_logits.detach()
    log_p = policy_logits.softmax(-1).log()
    log_q = reference_logits.softmax(-1).log()
    difference = torch.where(torch.isinf(log_p), torch.zeros_like(log_p), log_p - log_q)
    kl = (log_p.exp() * difference).sum(dim=-1)
    return kl.clamp(min=0)
