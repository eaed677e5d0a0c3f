# caught by: large-scores
"""Adds a small number inside the logarithm: finite, but no loss can pass 20.7."""


def cross_entropy(logits, targets):
    p = torch.softmax(logits, dim=-1)
    return -torch.log(p[torch.arange(len(targets)), targets] + 1e-9).mean()
