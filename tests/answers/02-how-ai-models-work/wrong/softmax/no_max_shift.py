# caught by: large-scores
"""Exponentiates the scores as they are: exp(1000) is infinity, and infinity by infinity is nan."""


def softmax(logits, temperature=1.0, dim=-1):
    if temperature <= 0:
        raise ValueError(f"temperature must be above 0, found {temperature}")
    powers = torch.exp(logits / temperature)
    return powers / powers.sum(dim=dim, keepdim=True)
