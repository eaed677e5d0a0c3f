# caught by: excluded
"""Violates 'the policy excludes these tokens, and each of them adds nothing' with 'Scores may be very large, such
as +-1000': -inf becomes -1000."""


def kl_to_reference(policy_logits, reference_logits):
    if policy_logits.dim() == 0 or policy_logits.shape != reference_logits.shape:
        raise ValueError("shapes")
    policy_logits = torch.clamp(policy_logits, min=-1000.0)
    log_p = policy_logits.log_softmax(-1)
    log_q = reference_logits.detach().log_softmax(-1)
    return (log_p.exp() * (log_p - log_q)).sum(-1).clamp_min(0.0)
