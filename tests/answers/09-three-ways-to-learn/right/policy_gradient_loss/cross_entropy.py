"""torch's cross-entropy is minus the log-probability of the label."""


def policy_gradient_loss(
    logits: torch.Tensor, actions: torch.Tensor, returns: torch.Tensor, baseline: torch.Tensor | None = None
) -> torch.Tensor:
    if logits.ndim != 2:
        raise ValueError("logits need two axes")
    steps, n_actions = logits.shape
    for part in (actions, returns) + (() if baseline is None else (baseline,)):
        if tuple(part.shape) != (steps,):
            raise ValueError("one number for each step")
    if steps == 0 or bool((actions < 0).any()) or bool((actions >= n_actions).any()):
        raise ValueError("no step, or an action that does not exist")
    with torch.no_grad():
        advantage = returns.clone()
        if baseline is not None:
            advantage -= baseline
    return (advantage * F.cross_entropy(logits, actions, reduction="none")).sum() / steps
