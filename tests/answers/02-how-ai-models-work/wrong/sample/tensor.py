# caught by: plain-int
"""Returns a tensor with one id; a list of ids built from it is no list of numbers."""


def sample(logits, temperature, generator):
    if temperature < 0:
        raise ValueError(f"temperature must not be negative, found {temperature}")
    if temperature == 0:
        return logits.argmax()
    p = torch.softmax(logits / temperature, dim=-1)
    return torch.multinomial(p, 1, generator=generator)
