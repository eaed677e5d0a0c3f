# caught by: negative
"""Accepts a negative temperature, which prefers the worst tokens."""


def sample(logits, temperature, generator):
    if temperature == 0:
        return int(logits.argmax())
    p = torch.softmax(logits / temperature, dim=-1)
    return int(torch.multinomial(p, 1, generator=generator))
