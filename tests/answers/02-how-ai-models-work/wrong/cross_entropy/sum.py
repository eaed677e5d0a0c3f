# caught by: mean-of-minus-logs
"""Adds up the rows instead of averaging them."""


def cross_entropy(logits, targets):
    log_p = torch.log_softmax(logits, dim=-1)
    return -log_p[torch.arange(len(targets)), targets].sum()
