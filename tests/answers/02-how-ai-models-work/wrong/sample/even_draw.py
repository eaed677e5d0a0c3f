# caught by: frequencies
"""Draws every id with the same probability."""


def sample(logits, temperature, generator):
    if temperature < 0:
        raise ValueError(f"temperature must not be negative, found {temperature}")
    if temperature == 0:
        return int(logits.argmax())
    return int(torch.randint(len(logits), (1,), generator=generator))
