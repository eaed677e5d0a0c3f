# caught by: whole-numbers
"""Writes the shares into a table of the counts' own type."""


def next_token_probs(counts, k):
    if k < 0:
        raise ValueError("k must be 0 or above")
    raised = counts.double() + k
    total = raised.sum(dim=-1, keepdim=True)
    result = torch.zeros_like(counts)
    result[...] = torch.where(total > 0, raised / total, torch.full_like(raised, 1 / counts.shape[-1]))
    return result
