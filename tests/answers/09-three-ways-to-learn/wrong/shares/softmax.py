# caught by: of-the-sum
"""Takes the counts for scores."""


def shares(counts):
    if not any(counts) or min(counts) < 0:
        raise ValueError
    return torch.softmax(torch.tensor(counts, dtype=torch.float64), 0).tolist()
