# caught by: gradients-untouched
"""Writes into the gradients that are given."""


def clip_grad_norm(gradients, most):
    if most <= 0:
        raise ValueError("most")
    real = [g for g in gradients.values() if g is not None]
    if any(not bool(torch.isfinite(g).all()) for g in real):
        raise ValueError("not finite")
    norm = math.sqrt(sum(float(g.double().square().sum()) for g in real))
    f = most / norm if norm > most else 1.0
    for g in real:
        g *= f
    return {n: None if g is None else g.clone() for n, g in gradients.items()}, norm
