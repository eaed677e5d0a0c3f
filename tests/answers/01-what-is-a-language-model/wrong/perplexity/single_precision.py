# caught by: any-probability
"""Rounds a list to float32, where a tiny probability is 0."""


def perplexity(probs):
    if len(probs) == 0 or any(not 0 <= float(p) <= 1 for p in probs):
        raise ValueError("p")
    p = torch.tensor(probs, dtype=torch.float32)
    return torch.exp(-p.log().mean()).item()
