"""Torch's kl_div, which takes the reference first."""


def kl_to_reference(policy_logits, reference_logits):
    if policy_logits.ndim == 0 or policy_logits.shape != reference_logits.shape:
        raise ValueError("shapes")
    reference_logits = reference_logits.detach()
    log_p = torch.log_softmax(policy_logits, dim=-1)
    log_q = torch.log_softmax(reference_logits, dim=-1)
    safe = log_p.masked_fill(log_p == -math.inf, -1e4)
    kl = F.kl_div(log_q, safe, reduction="none", log_target=True).sum(-1)
    return kl.clamp(min=0)
