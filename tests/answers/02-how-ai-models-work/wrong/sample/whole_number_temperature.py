# caught by: temperature
"""Tests int(temperature) == 0, so 0.7 or 0.01 is greedy, too."""


def sample(logits, temperature, generator):
    if temperature < 0:
        raise ValueError("temperature must not be negative")
    if int(temperature) == 0:
        return int(logits.argmax())
    p = torch.softmax(logits / temperature, dim=-1)
    return int(torch.multinomial(p, 1, generator=generator))
