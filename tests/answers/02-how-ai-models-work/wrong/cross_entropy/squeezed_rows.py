# caught by: equal-and-single
"""Squeezes the logits: a single token per row (n, 1) is taken for one row of n tokens."""


def cross_entropy(logits, targets):
    scores = logits.squeeze()
    if scores.dim() < 2:
        scores = scores.reshape(1, -1)
    log_p = torch.log_softmax(scores, dim=-1)
    losses = [-log_p[i % len(log_p), t] for i, t in enumerate(targets.tolist())]
    return torch.stack(losses).mean()
