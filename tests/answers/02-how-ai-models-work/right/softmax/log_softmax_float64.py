"""In float64, whatever comes in."""


def softmax(logits, temperature=1.0, dim=-1):
    if temperature <= 0:
        raise ValueError(f"temperature must be above 0, found {temperature}")
    return torch.log_softmax(logits.to(torch.float64) / temperature, dim=dim).exp()
