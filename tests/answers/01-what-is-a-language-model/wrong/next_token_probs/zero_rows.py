# caught by: unseen
"""An unseen context gets probability 0 for every token: nan_to_num hides the nan."""


def next_token_probs(counts, k):
    if k < 0:
        raise ValueError("k must be 0 or above")
    raised = counts.double() + k
    return torch.nan_to_num(raised / raised.sum(dim=-1, keepdim=True))
