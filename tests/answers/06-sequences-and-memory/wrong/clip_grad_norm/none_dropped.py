# caught by: parts
"""Parts of None are left out."""


def clip_grad_norm(gradients, most):
    if most <= 0:
        raise ValueError("most")
    real = [g for g in gradients.values() if g is not None]
    if any(not bool(torch.isfinite(g).all()) for g in real):
        raise ValueError("not finite")
    norm = math.sqrt(sum(float(g.double().square().sum()) for g in real))
    f = most / norm if norm > most else 1.0
    return {n: g * f for n, g in gradients.items() if g is not None}, norm
