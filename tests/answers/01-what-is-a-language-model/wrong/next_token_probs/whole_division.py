# caught by: whole-numbers
"""Keeps the type of the counts: k = 0.5 becomes 0 in a table of whole numbers."""


def next_token_probs(counts, k):
    if k < 0:
        raise ValueError("k must be 0 or above")
    raised = counts + torch.tensor(k).to(counts.dtype)
    total = raised.sum(dim=-1, keepdim=True)
    return torch.where(total > 0, raised / total, torch.full((), 1 / counts.shape[-1], dtype=torch.float64))
