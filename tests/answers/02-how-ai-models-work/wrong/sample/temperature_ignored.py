# caught by: temperature
"""Draws at temperature 1 whatever was asked for."""


def sample(logits, temperature, generator):
    if temperature < 0:
        raise ValueError(f"temperature must not be negative, found {temperature}")
    if temperature == 0:
        return int(logits.argmax())
    p = torch.softmax(logits, dim=-1)
    return int(torch.multinomial(p, 1, generator=generator))
