"""The product of n-th roots, token by token: it does not underflow."""


def perplexity(probs):
    p = torch.as_tensor(probs, dtype=torch.float64)
    if len(p) == 0 or (p < 0).any() or (p > 1).any():
        raise ValueError("probabilities from 0 to 1, at least one")
    answer = 1.0
    for x in p.tolist():
        if x == 0:
            return math.inf
        answer *= x ** (-1 / len(p))
    return answer
