# caught by: long-text
"""Looks at the first thousand tokens only."""


def perplexity(probs):
    if len(probs) == 0 or any(not 0 <= float(p) <= 1 for p in probs):
        raise ValueError("p")
    p = torch.as_tensor(probs, dtype=torch.float64)[:1000]
    return torch.exp(-p.log().mean()).item()
