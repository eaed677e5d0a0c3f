# caught by: together
"""Cuts every number to the limit."""


def clip_grad_norm(gradients, most):
    if most <= 0:
        raise ValueError("most")
    real = [g for g in gradients.values() if g is not None]
    if any(not bool(torch.isfinite(g).all()) for g in real):
        raise ValueError("not finite")
    norm = math.sqrt(sum(float(g.double().square().sum()) for g in real))
    return {n: None if g is None else g.clamp(-most, most) for n, g in gradients.items()}, norm
