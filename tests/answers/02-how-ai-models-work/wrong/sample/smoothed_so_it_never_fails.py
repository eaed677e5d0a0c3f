# caught by: temperature
"""Replaces -inf by the smallest finite score minus 1, "to be safe", so a forbidden token can be drawn."""


def sample(logits, temperature, generator):
    if temperature < 0:
        raise ValueError("temperature must not be negative")
    if temperature == 0:
        return int(logits.argmax())
    finite = logits[torch.isfinite(logits)]
    safe = torch.where(torch.isfinite(logits), logits, finite.min() - 1)
    p = torch.softmax(safe / temperature, dim=-1)
    return int(torch.multinomial(p, 1, generator=generator))
