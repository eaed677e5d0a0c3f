"""Seeds torch's own dice in every call, which makes the draws repeatable too."""


def seeded_sample(probabilities, n, seed):
    torch.manual_seed(seed)
    weights = torch.as_tensor(probabilities, dtype=torch.float64)
    return [int(torch.multinomial(weights, 1)) for _ in range(n)]
