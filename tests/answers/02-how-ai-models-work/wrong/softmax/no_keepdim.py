# caught by: values
"""Loses the dimension in the sum: the division lines up with the wrong axis."""


def softmax(logits, temperature=1.0, dim=-1):
    if temperature <= 0:
        raise ValueError(f"temperature must be above 0, found {temperature}")
    scaled = logits / temperature
    powers = torch.exp(scaled - scaled.amax(dim=dim, keepdim=True))
    return powers / powers.sum(dim=dim)
