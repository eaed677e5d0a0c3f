# caught by: extremes
"""log(p + 1e-10): finite, and wrong for what is improbable."""


def policy_gradient_loss(logits, actions, returns, baseline=None):
    if logits.dim() != 2 or actions.dim() != 1 or len(actions) == 0:
        raise ValueError("shapes")
    n = len(actions)
    if logits.shape[0] != n or returns.shape != (n,) or (baseline is not None and baseline.shape != (n,)):
        raise ValueError("shapes")
    if int(actions.min()) < 0 or int(actions.max()) >= logits.shape[1]:
        raise ValueError("no such action")
    log_probs = torch.log(F.softmax(logits, dim=-1) + 1e-10)
    chosen = log_probs[torch.arange(n), actions]
    advantage = returns if baseline is None else returns - baseline
    return -(chosen * advantage.detach()).mean()
