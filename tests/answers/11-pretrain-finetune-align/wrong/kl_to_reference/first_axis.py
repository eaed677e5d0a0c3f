# caught by: direction
"""Softmax over the first axis."""


def kl_to_reference(policy_logits, reference_logits):
    if policy_logits.ndim == 0 or policy_logits.shape != reference_logits.shape:
        raise ValueError("shapes")
    reference_logits = reference_logits.detach()
    log_p = torch.log_softmax(policy_logits, dim=0)
    log_q = torch.log_softmax(reference_logits, dim=0)
    difference = torch.where(torch.isinf(log_p), torch.zeros_like(log_p), log_p - log_q)
    kl = (log_p.exp() * difference).sum(dim=-1)
    return kl
