# caught by: short-ones-stay
"""Divides by a length of 0."""


def clip_grad_norm(gradients, most):
    if most <= 0:
        raise ValueError("most")
    real = [g for g in gradients.values() if g is not None]
    if any(not bool(torch.isfinite(g).all()) for g in real):
        raise ValueError("not finite")
    norm = math.sqrt(sum(float(g.double().square().sum()) for g in real))
    f = min(1.0, most / norm)
    return {n: None if g is None else g * f for n, g in gradients.items()}, norm
