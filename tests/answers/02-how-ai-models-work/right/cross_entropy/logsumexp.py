"""Score of the target minus logsumexp of the row."""


def cross_entropy(logits, targets):
    log_p = logits - torch.logsumexp(logits, dim=-1, keepdim=True)
    return -log_p[torch.arange(len(targets)), targets].mean()
