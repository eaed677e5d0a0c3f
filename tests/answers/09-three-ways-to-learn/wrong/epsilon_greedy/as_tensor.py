# caught by: draws
"""A tensor with one number, not an int."""


def epsilon_greedy(values, epsilon, generator):
    if values.dim() != 1 or len(values) == 0:
        raise ValueError("values")
    if epsilon < 0 or epsilon > 1:
        raise ValueError("epsilon")
    if float(torch.rand(1, generator=generator)) < epsilon:
        return torch.randint(len(values), (1,), generator=generator)[0]
    best = torch.nonzero(values == values.max()).flatten()
    return best[torch.randint(len(best), (1,), generator=generator)][0]
