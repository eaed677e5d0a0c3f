# caught by: temperature
"""Takes every temperature below 0.1 for 0, to be safe with small divisors, so two scores that are close are not
drawn any more. Violates "Draw one token id with the probabilities softmax(logits / temperature)" and "a temperature
of 0.01 [is] no problem"."""


def sample(logits: torch.Tensor, temperature: float, generator: torch.Generator) -> int:
    if temperature < 0:
        raise ValueError("temperature below 0")
    if temperature < 0.1:
        return int(torch.argmax(logits))
    p = torch.softmax(logits / temperature, dim=-1)
    return int(torch.multinomial(p, num_samples=1, generator=generator))
