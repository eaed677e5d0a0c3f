# caught by: mean-of-minus-logs
"""Averages the probabilities first and takes the logarithm after."""


def cross_entropy(logits, targets):
    log_p = torch.log_softmax(logits, dim=-1)[torch.arange(len(targets)), targets]
    return math.log(len(targets)) - torch.logsumexp(log_p, dim=0)
