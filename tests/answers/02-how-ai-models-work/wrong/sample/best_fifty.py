# caught by: frequencies
"""Draws among the best fifty tokens only (top-k, as many chat programs do): with a larger vocabulary all others
never come. Violates "draw one token id with the probabilities softmax(logits / temperature)"."""


def sample(logits: torch.Tensor, temperature: float, generator: torch.Generator) -> int:
    if temperature < 0:
        raise ValueError("the temperature must not be negative")
    if temperature == 0:
        return int(torch.argmax(logits))
    best, ids = torch.topk(logits, min(50, logits.numel()))
    p = torch.softmax(best / temperature, dim=-1)
    return int(ids[torch.multinomial(p, 1, generator=generator)])
