# caught by: together
"""Cuts each part on its own."""


def clip_grad_norm(gradients, most):
    if most <= 0:
        raise ValueError("most")
    real = [g for g in gradients.values() if g is not None]
    if any(not bool(torch.isfinite(g).all()) for g in real):
        raise ValueError("not finite")
    norm = math.sqrt(sum(float(g.double().square().sum()) for g in real))
    clipped = {}
    for n, g in gradients.items():
        clipped[n] = None if g is None else g * min(1.0, most / max(float(g.norm()), 1e-12))
    return clipped, norm
