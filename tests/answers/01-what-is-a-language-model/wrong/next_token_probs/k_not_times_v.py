# caught by: formula
"""The total grows by k and not by V times k."""


def next_token_probs(counts, k):
    if k < 0:
        raise ValueError("k must be 0 or above")
    raised = counts.double() + k
    total = counts.double().sum(dim=-1, keepdim=True) + k
    return torch.where(total > 0, raised / total, torch.full_like(raised, 1 / counts.shape[-1]))
