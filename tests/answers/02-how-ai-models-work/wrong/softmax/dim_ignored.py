# caught by: every-dim
"""Always normalises along the last dimension."""


def softmax(logits, temperature=1.0, dim=-1):
    if temperature <= 0:
        raise ValueError(f"temperature must be above 0, found {temperature}")
    return torch.softmax(logits / temperature, dim=-1)
