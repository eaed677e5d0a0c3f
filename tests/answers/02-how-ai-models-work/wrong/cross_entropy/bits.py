# caught by: mean-of-minus-logs
"""Takes the logarithm to base 2: bits instead of nats."""


def cross_entropy(logits, targets):
    log_p = torch.log_softmax(logits, dim=-1) / math.log(2)
    return -log_p[torch.arange(len(targets)), targets].mean()
