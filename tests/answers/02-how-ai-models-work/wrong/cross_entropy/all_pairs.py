# caught by: mean-of-minus-logs
"""Indexes [:, targets], which takes every target's column from every row."""


def cross_entropy(logits, targets):
    return -torch.log_softmax(logits, dim=-1)[:, targets].mean()
