"""Step by step with logsumexp."""


def policy_gradient_loss(logits, actions, returns, baseline=None):
    if logits.dim() != 2 or actions.dim() != 1 or len(actions) == 0:
        raise ValueError("shapes")
    n = len(actions)
    if logits.shape[0] != n or returns.shape != (n,) or (baseline is not None and baseline.shape != (n,)):
        raise ValueError("shapes")
    if int(actions.min()) < 0 or int(actions.max()) >= logits.shape[1]:
        raise ValueError("no such action")
    total = 0.0
    for i in range(n):
        row, gain = logits[i], returns[i].detach()
        if baseline is not None:
            gain = gain - baseline[i].detach()
        total = total + gain * (torch.logsumexp(row, 0) - row[actions[i]])
    return total / n
