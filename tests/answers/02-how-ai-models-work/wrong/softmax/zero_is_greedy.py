# caught by: bad-temperature
"""Turns temperature 0 into a tiny number instead of refusing it."""


def softmax(logits, temperature=1.0, dim=-1):
    return torch.softmax(logits / max(temperature, 1e-6), dim=dim)
