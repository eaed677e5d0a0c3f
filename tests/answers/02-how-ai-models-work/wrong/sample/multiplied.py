# caught by: temperature
"""Multiplies by the temperature: hot becomes cold."""


def sample(logits, temperature, generator):
    if temperature < 0:
        raise ValueError(f"temperature must not be negative, found {temperature}")
    if temperature == 0:
        return int(logits.argmax())
    p = torch.softmax(logits * temperature, dim=-1)
    return int(torch.multinomial(p, 1, generator=generator))
