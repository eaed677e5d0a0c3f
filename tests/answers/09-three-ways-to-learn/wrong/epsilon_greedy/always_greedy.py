# caught by: draws
"""epsilon is not used: argmax."""


def epsilon_greedy(values, epsilon, generator):
    if values.dim() != 1 or len(values) == 0:
        raise ValueError("values")
    if epsilon < 0 or epsilon > 1:
        raise ValueError("epsilon")
    best = torch.nonzero(values == values.max()).flatten()
    return int(best[torch.randint(len(best), (1,), generator=generator)])
