# caught by: formula
"""Divides by the sum of the whole table: the probability of the run, not of the next token."""


def next_token_probs(counts, k):
    if k < 0:
        raise ValueError("k must be 0 or above")
    raised = counts.double() + k
    total = raised.sum()
    return torch.where(total > 0, raised / total, torch.full_like(raised, 1 / counts.shape[-1]))
