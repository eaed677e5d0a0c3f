# caught by: negative
"""A negative k is computed with."""


def next_token_probs(counts, k):
    raised = counts.double() + k
    total = raised.sum(dim=-1, keepdim=True)
    return torch.where(total > 0, raised / total, torch.full_like(raised, 1 / counts.shape[-1]))
