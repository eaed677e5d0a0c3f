# caught by: formula
"""Normalises down the columns: how likely was each context, given the next token."""


def next_token_probs(counts, k):
    if k < 0:
        raise ValueError("k must be 0 or above")
    raised = counts.double() + k
    total = raised.sum(dim=0, keepdim=True)
    return torch.where(total > 0, raised / total, torch.full_like(raised, 1 / counts.shape[-1]))
