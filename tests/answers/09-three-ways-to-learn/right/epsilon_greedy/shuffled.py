"""A random order of the arms; argmax of it breaks ties."""


def epsilon_greedy(values, epsilon, generator):
    n = values.shape[0] if values.dim() == 1 else 0
    if n == 0 or not (0 <= epsilon <= 1):
        raise ValueError("bad values or epsilon")
    order = torch.randperm(n, generator=generator)
    if torch.rand((), generator=generator).item() < epsilon:
        return order[0].item()
    return order[values[order].argmax()].item()
