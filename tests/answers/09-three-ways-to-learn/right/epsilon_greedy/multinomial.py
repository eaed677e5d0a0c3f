"""The whole distribution, and one draw of it."""


def epsilon_greedy(values: torch.Tensor, epsilon: float, generator: torch.Generator) -> int:
    if values.ndim != 1 or values.numel() < 1 or not 0 <= epsilon <= 1:
        raise ValueError("one axis, one arm at least, epsilon from 0 to 1")
    best = (values == values.max()).double()
    chances = (1 - epsilon) * best / best.sum() + epsilon / len(values)
    return int(torch.multinomial(chances, 1, generator=generator).item())
