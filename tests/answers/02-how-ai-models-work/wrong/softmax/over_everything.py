# caught by: values
"""Normalises over the whole tensor, so that only the grand total is 1."""


def softmax(logits, temperature=1.0, dim=-1):
    if temperature <= 0:
        raise ValueError(f"temperature must be above 0, found {temperature}")
    scaled = logits / temperature
    powers = torch.exp(scaled - scaled.max())
    return powers / powers.sum()
