"""By logarithms: exp(score - logsumexp)."""


def softmax(logits, temperature=1.0, dim=-1):
    if temperature <= 0:
        raise ValueError(f"temperature must be above 0, found {temperature}")
    scaled = logits / temperature
    return torch.exp(scaled - torch.logsumexp(scaled, dim=dim, keepdim=True))
