# caught by: draws
"""A new generator in each call, always with the same seed."""


def epsilon_greedy(values, epsilon, generator):
    if values.dim() != 1 or len(values) == 0:
        raise ValueError("values")
    if epsilon < 0 or epsilon > 1:
        raise ValueError("epsilon")
    generator = torch.Generator().manual_seed(0)
    if float(torch.rand(1, generator=generator)) < epsilon:
        return int(torch.randint(len(values), (1,), generator=generator))
    best = torch.nonzero(values == values.max()).flatten()
    return int(best[torch.randint(len(best), (1,), generator=generator)])
