# caught by: large-scores
"""Adds a little before the logarithm."""


def kl_to_reference(policy_logits, reference_logits):
    if policy_logits.ndim == 0 or policy_logits.shape != reference_logits.shape:
        raise ValueError("shapes")
    reference_logits = reference_logits.detach()
    log_p = torch.log_softmax(policy_logits, dim=-1)
    log_q = (reference_logits.softmax(-1) + 1e-12).log()
    difference = torch.where(torch.isinf(log_p), torch.zeros_like(log_p), log_p - log_q)
    kl = (log_p.exp() * difference).sum(dim=-1)
    return kl.clamp(min=0)
