"""torch draws with replacement; nothing to draw for n = 0."""


def seeded_sample(probabilities, n, seed):
    if n == 0:
        return []
    dice = torch.Generator().manual_seed(seed)
    return torch.multinomial(torch.tensor(probabilities), n, replacement=True, generator=dice).tolist()
