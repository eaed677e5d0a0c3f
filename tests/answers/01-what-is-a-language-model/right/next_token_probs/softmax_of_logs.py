"""Shares are a softmax of logarithms."""


def next_token_probs(counts, k):
    if k < 0:
        raise ValueError("k must be 0 or above")
    logs = torch.log(counts.double() + k)
    unseen = torch.isinf(logs).all(dim=-1, keepdim=True)
    return torch.softmax(torch.where(unseen, torch.zeros_like(logs), logs), dim=-1)
