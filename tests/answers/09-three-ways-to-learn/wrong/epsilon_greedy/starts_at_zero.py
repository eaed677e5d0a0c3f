# caught by: small-epsilon
"""The search for the largest starts at 0: all negative, and nobody is best."""


def epsilon_greedy(values, epsilon, generator):
    if values.dim() != 1 or len(values) == 0:
        raise ValueError("values")
    if epsilon < 0 or epsilon > 1:
        raise ValueError("epsilon")
    if float(torch.rand(1, generator=generator)) < epsilon:
        return int(torch.randint(len(values), (1,), generator=generator))
    top, best = 0.0, [0]
    for arm, value in enumerate(values.tolist()):
        if value > top:
            top, best = value, [arm]
        elif value == top and arm:
            best.append(arm)
    return best[int(torch.randint(len(best), (1,), generator=generator))]
