# caught by: any-order
"""dim=1 is the last axis for a table of pairs only."""


def next_token_probs(counts, k):
    if k < 0:
        raise ValueError("k must be 0 or above")
    raised = counts.double() + k
    total = raised.sum(dim=1, keepdim=True)
    return torch.where(total > 0, raised / total, torch.full_like(raised, 1 / counts.shape[-1]))
