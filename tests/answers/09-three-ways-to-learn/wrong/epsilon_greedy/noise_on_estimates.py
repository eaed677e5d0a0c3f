# caught by: small-epsilon
"""A little noise breaks ties, and turns near ones round."""


def epsilon_greedy(values, epsilon, generator):
    if values.dim() != 1 or len(values) == 0:
        raise ValueError("values")
    if epsilon < 0 or epsilon > 1:
        raise ValueError("epsilon")
    if float(torch.rand(1, generator=generator)) < epsilon:
        return int(torch.randint(len(values), (1,), generator=generator))
    noisy = values.double() + 1e-6 * torch.rand(len(values), generator=generator).double()
    return int(noisy.argmax())
