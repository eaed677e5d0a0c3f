# caught by: formula
"""keepdim is missing: on a square table each column is divided by the sum of another row."""


def next_token_probs(counts, k):
    if k < 0:
        raise ValueError("k must be 0 or above")
    raised = counts.double() + k
    total = raised.sum(dim=-1)
    return torch.where(total > 0, raised / total, torch.full_like(raised, 1 / counts.shape[-1]))
