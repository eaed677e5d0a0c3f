"""Weights by softmax, nan replaced where p is 0."""


def kl_to_reference(policy_logits, reference_logits):
    if policy_logits.ndim == 0 or policy_logits.shape != reference_logits.shape:
        raise ValueError("shapes")
    reference_logits = reference_logits.detach()
    log_p = torch.log_softmax(policy_logits, dim=-1)
    log_q = torch.log_softmax(reference_logits, dim=-1)
    p = policy_logits.softmax(-1)
    each = p * (log_p.masked_fill(p == 0, 0.0) - log_q.masked_fill(p == 0, 0.0))
    return torch.relu(each.sum(-1))
