# caught by: refused
"""No checks."""


def epsilon_greedy(values, epsilon, generator):
    if float(torch.rand(1, generator=generator)) < epsilon:
        return int(torch.randint(len(values), (1,), generator=generator))
    best = torch.nonzero(values == values.max()).flatten()
    return int(best[torch.randint(len(best), (1,), generator=generator)])
