# caught by: cannot-be-clipped
"""Looks for NaN only: an infinite gradient becomes NaN."""


def clip_grad_norm(gradients, most):
    real = [g for g in gradients.values() if g is not None]
    if most <= 0 or any(bool(g.isnan().any()) for g in real):
        raise ValueError
    norm = math.sqrt(sum(float(g.double().square().sum()) for g in real))
    f = most / norm if norm > most else 1.0
    return {n: None if g is None else g * f for n, g in gradients.items()}, norm
