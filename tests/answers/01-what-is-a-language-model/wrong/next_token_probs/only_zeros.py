# caught by: formula
"""Raises only what was never seen, and leaves the rest."""


def next_token_probs(counts, k):
    if k < 0:
        raise ValueError("k must be 0 or above")
    raised = torch.where(counts == 0, torch.full_like(counts.double(), k), counts.double())
    total = raised.sum(dim=-1, keepdim=True)
    return torch.where(total > 0, raised / total, torch.full_like(raised, 1 / counts.shape[-1]))
