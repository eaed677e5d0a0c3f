# caught by: frequencies
"""Always takes the most likely token and calls it sampling."""


def sample(logits, temperature, generator):
    if temperature < 0:
        raise ValueError(f"temperature must not be negative, found {temperature}")
    return int(logits.argmax())
