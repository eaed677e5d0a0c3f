# caught by: a-list-of-ints
"""Gives back torch's tensor of draws as it is."""


def seeded_sample(probabilities, n, seed):
    dice = torch.Generator().manual_seed(seed)
    return torch.multinomial(torch.tensor(probabilities), n, replacement=True, generator=dice)
