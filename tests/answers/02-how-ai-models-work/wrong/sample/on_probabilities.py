# caught by: temperature
"""Divides the probabilities instead of the scores; multinomial normalises, so nothing changes."""


def sample(logits, temperature, generator):
    if temperature < 0:
        raise ValueError(f"temperature must not be negative, found {temperature}")
    if temperature == 0:
        return int(logits.argmax())
    p = torch.softmax(logits, dim=-1) / temperature
    return int(torch.multinomial(p, 1, generator=generator))
