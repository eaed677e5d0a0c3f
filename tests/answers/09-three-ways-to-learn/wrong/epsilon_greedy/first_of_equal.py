# caught by: ties
"""argmax: of equal estimates always the first."""


def epsilon_greedy(values, epsilon, generator):
    if values.dim() != 1 or len(values) == 0:
        raise ValueError("values")
    if epsilon < 0 or epsilon > 1:
        raise ValueError("epsilon")
    if float(torch.rand(1, generator=generator)) < epsilon:
        return int(torch.randint(len(values), (1,), generator=generator))
    return int(values.argmax())
