# caught by: counts-untouched
"""counts += k changes the caller's table."""


def next_token_probs(counts, k):
    if k < 0:
        raise ValueError("k must be 0 or above")
    if counts.is_floating_point():
        counts += k
        raised = counts
    else:
        raised = counts.double() + k
    total = raised.sum(dim=-1, keepdim=True)
    return torch.where(total > 0, raised / total, torch.full_like(raised, 1 / counts.shape[-1]))
