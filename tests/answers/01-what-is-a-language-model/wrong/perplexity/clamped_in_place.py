# caught by: probs-untouched
"""Clamps the caller's tensor."""


def perplexity(probs):
    if len(probs) == 0 or any(not 0 <= float(p) <= 1 for p in probs):
        raise ValueError("p")
    p = torch.as_tensor(probs, dtype=torch.float64)
    z = bool((p == 0).any())
    p.clamp_(min=1e-300)
    return math.inf if z else torch.exp(-p.log().mean()).item()
