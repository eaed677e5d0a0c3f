# caught by: cannot-be-clipped
"""A comparison with NaN is False: NaN passes."""


def clip_grad_norm(gradients, most):
    if most <= 0:
        raise ValueError
    real = [g for g in gradients.values() if g is not None]
    norm = math.sqrt(sum(float(g.double().square().sum()) for g in real))
    f = most / norm if norm > most else 1.0
    return {n: None if g is None else g * f for n, g in gradients.items()}, norm
