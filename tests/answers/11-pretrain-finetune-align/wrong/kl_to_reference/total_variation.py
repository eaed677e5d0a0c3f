# caught by: direction
"""Half the sum of the differences."""


def kl_to_reference(policy_logits, reference_logits):
    if policy_logits.ndim == 0 or policy_logits.shape != reference_logits.shape:
        raise ValueError("shapes")
    reference_logits = reference_logits.detach()
    log_p = torch.log_softmax(policy_logits, dim=-1)
    log_q = torch.log_softmax(reference_logits, dim=-1)
    kl = (log_p.exp() - log_q.exp()).abs().sum(-1) / 2
    return kl.clamp(min=0)
