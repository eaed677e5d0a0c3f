"""Row by row, by recursion, in plain Python."""


def next_token_probs(counts, k):
    if k < 0:
        raise ValueError("k")
    if counts.dim() > 1:
        return torch.stack([next_token_probs(row, k) for row in counts])
    row = [float(c) + k for c in counts]
    s = sum(row)
    return torch.tensor([c / s for c in row] if s else [1 / len(row)] * len(row))
