# caught by: minus-infinity
"""Replaces -inf by 0 to be safe, and so allows the forbidden token."""


def softmax(logits, temperature=1.0, dim=-1):
    if temperature <= 0:
        raise ValueError(f"temperature must be above 0, found {temperature}")
    scaled = torch.nan_to_num(logits / temperature, neginf=0.0)
    return torch.softmax(scaled, dim=dim)
