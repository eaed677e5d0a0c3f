# caught by: large-scores
"""Takes log(softmax(x)): a tiny probability is 0 by then, and its logarithm infinite."""


def cross_entropy(logits, targets):
    p = torch.softmax(logits, dim=-1)
    return -torch.log(p[torch.arange(len(targets)), targets]).mean()
