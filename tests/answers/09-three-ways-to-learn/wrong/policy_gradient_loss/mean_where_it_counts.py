# caught by: loss
"""Violates 'minus the mean, over all steps': steps with an advantage of 0 are left out of the mean."""


def policy_gradient_loss(logits, actions, returns, baseline=None):
    if (
        logits.dim() != 2
        or len(logits) == 0
        or actions.shape != logits.shape[:1]
        or returns.shape != logits.shape[:1]
    ):
        raise ValueError("shapes")
    if baseline is not None and baseline.shape != returns.shape:
        raise ValueError("baseline")
    if actions.min() < 0 or actions.max() >= logits.shape[1]:
        raise ValueError("action")

    advantage = (returns if baseline is None else returns - baseline).detach()
    chosen = F.log_softmax(logits, dim=1)[torch.arange(len(actions)), actions]
    counted = (advantage != 0).sum().clamp(min=1)
    return -(advantage * chosen).sum() / counted
