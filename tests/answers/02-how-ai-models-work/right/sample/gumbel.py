"""Gumbel noise on the scores, and then the largest."""


def sample(logits, temperature, generator):
    if temperature < 0:
        raise ValueError(f"temperature must not be negative, found {temperature}")
    if temperature == 0:
        return int(logits.argmax())
    u = torch.rand(logits.shape, generator=generator, dtype=torch.float64).clamp_min(1e-300)
    return int((logits.double() / temperature - torch.log(-torch.log(u))).argmax())
