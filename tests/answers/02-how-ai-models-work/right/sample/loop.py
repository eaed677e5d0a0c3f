"""A wheel of fortune with plain numbers; ties at temperature 0 go to the last one."""


def sample(logits, temperature, generator):
    if temperature < 0:
        raise ValueError(f"temperature must not be negative, found {temperature}")
    scores = logits.tolist()
    top = max(scores)
    if temperature == 0:
        return max(i for i, score in enumerate(scores) if score == top)
    powers = [math.exp((score - top) / temperature) for score in scores]
    left = torch.rand(1, generator=generator, dtype=torch.float64).item() * sum(powers)
    for token, power in enumerate(powers):
        left -= power
        if left < 0:
            return token
    return len(scores) - 1
