# caught by: any-k
"""Divides by a total of at least 1e-9: with a tiny k, an unseen context has a smaller total and its probabilities
do not add up to 1. Violates "k may be ... tiny" and "along the last axis the probabilities add up to 1"."""


def next_token_probs(counts: torch.Tensor, k: float) -> torch.Tensor:
    if k < 0:
        raise ValueError("k must not be negative")
    raised = counts.double() + k
    total = raised.sum(dim=-1, keepdim=True)
    probs = raised / total.clamp(min=1e-9)
    return torch.where(total == 0, torch.full_like(raised, 1 / counts.shape[-1]), probs)
