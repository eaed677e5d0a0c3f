# caught by: frequencies
"""Only ever draws from the two best tokens."""


def sample(logits, temperature, generator):
    if temperature < 0:
        raise ValueError(f"temperature must not be negative, found {temperature}")
    if temperature == 0:
        return int(logits.argmax())
    best = torch.topk(logits, min(2, len(logits)))
    p = torch.softmax(best.values / temperature, dim=-1)
    return int(best.indices[torch.multinomial(p, 1, generator=generator)])
