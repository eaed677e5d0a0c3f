# caught by: direction
"""The mean of both directions."""


def kl_to_reference(policy_logits, reference_logits):
    if policy_logits.ndim == 0 or policy_logits.shape != reference_logits.shape:
        raise ValueError("shapes")
    reference_logits = reference_logits.detach()
    log_p = torch.log_softmax(policy_logits, dim=-1)
    log_q = torch.log_softmax(reference_logits, dim=-1)
    difference = torch.where(torch.isinf(log_p), torch.zeros_like(log_p), log_p - log_q)
    kl = ((log_p.exp() - log_q.exp()) * difference).sum(dim=-1) / 2
    return kl.clamp(min=0)
