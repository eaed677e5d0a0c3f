# caught by: temperature
"""Lifts every probability to at least 0.001, so that multinomial never gets zeros only: tokens with a score of -inf
come now and then. Violates "a score of -inf is never drawn"."""


def sample(logits: torch.Tensor, temperature: float, generator: torch.Generator) -> int:
    if temperature < 0:
        raise ValueError("temperature below 0")
    if temperature == 0:
        return logits.argmax().item()
    p = torch.softmax(logits / temperature, dim=-1).clamp(min=1e-3)
    return torch.multinomial(p, 1, generator=generator).item()
