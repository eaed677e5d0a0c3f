# caught by: negative
"""Complains only if count + k falls below 0 somewhere, so k = -0.5 passes where every count is 1 or more. The text:
'ValueError if k < 0'."""


def next_token_probs(counts, k):
    raised = counts.double() + k
    if (raised < 0).any():
        raise ValueError("a probability would be negative")
    total = raised.sum(dim=-1, keepdim=True)
    return torch.where(total > 0, raised / total, torch.ones_like(raised) / raised.shape[-1])
