# caught by: large-scores
"""Subtracts the largest score of the whole tensor: a row 2000 below it becomes 0/0."""


def softmax(logits, temperature=1.0, dim=-1):
    if temperature <= 0:
        raise ValueError(f"temperature must be above 0, found {temperature}")
    scaled = logits / temperature
    powers = torch.exp(scaled - scaled.max())
    return powers / powers.sum(dim=dim, keepdim=True)
