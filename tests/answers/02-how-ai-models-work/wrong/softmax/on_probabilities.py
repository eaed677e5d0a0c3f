# caught by: temperature
"""Divides the probabilities by T and normalises again, which changes nothing at all."""


def softmax(logits, temperature=1.0, dim=-1):
    if temperature <= 0:
        raise ValueError(f"temperature must be above 0, found {temperature}")
    p = torch.softmax(logits, dim=dim) / temperature
    return p / p.sum(dim=dim, keepdim=True)
