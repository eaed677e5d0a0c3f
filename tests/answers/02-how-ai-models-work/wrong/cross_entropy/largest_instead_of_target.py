# caught by: mean-of-minus-logs
"""Scores the model's favourite instead of the token that came."""


def cross_entropy(logits, targets):
    return -torch.log_softmax(logits, dim=-1).amax(dim=-1).mean()
