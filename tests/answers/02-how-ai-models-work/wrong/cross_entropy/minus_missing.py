# caught by: mean-of-minus-logs
"""Forgets the minus sign: the better the guess, the higher the loss."""


def cross_entropy(logits, targets):
    log_p = torch.log_softmax(logits, dim=-1)
    return log_p[torch.arange(len(targets)), targets].mean()
