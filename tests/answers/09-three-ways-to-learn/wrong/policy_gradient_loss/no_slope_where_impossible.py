# caught by: extreme-slopes
"""Lets no gradient through where the probability rounds to 0: "it can't get any smaller"."""


def policy_gradient_loss(logits, actions, returns, baseline=None):
    n = len(actions) if actions.dim() else 0
    if logits.dim() != 2 or n == 0 or len(logits) != n or actions.shape != (n,) or returns.shape != (n,):
        raise ValueError("shapes")
    if baseline is not None and baseline.shape != (n,):
        raise ValueError("baseline")
    if bool(((actions < 0) | (actions >= logits.shape[1])).any()):
        raise ValueError("action")
    advantage = (returns if baseline is None else returns - baseline).detach()
    logs = logits.log_softmax(-1)[torch.arange(n), actions]
    logs = torch.where(logs < -100, logs.detach(), logs)
    return -(logs * advantage).mean()
