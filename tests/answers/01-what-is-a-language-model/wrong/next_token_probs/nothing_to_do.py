# caught by: any-k
"""If k is 0 and the rows add up to 1 already, the (float64) tensor that was given is returned itself. Violates
"Returns: a new tensor": who changes the result changes the counts."""


def next_token_probs(counts: torch.Tensor, k: float) -> torch.Tensor:
    if k < 0:
        raise ValueError("k must not be negative")
    raised = counts.double()
    if k > 0:
        raised = raised + k
    total = raised.sum(dim=-1, keepdim=True)
    if bool((total == 1).all()):
        return raised
    return torch.where(total > 0, raised / total, torch.full_like(raised, 1 / counts.shape[-1]))
