# caught by: mean-of-minus-logs
"""Uses the target's score itself and forgets softmax."""


def cross_entropy(logits, targets):
    n_tokens = logits.shape[-1]
    return math.log(n_tokens) - logits[torch.arange(len(targets)), targets].mean()
