# caught by: parts
"""Takes every part for a tensor."""


def clip_grad_norm(gradients, most):
    norm = math.sqrt(sum(float(g.double().square().sum()) for g in gradients.values()))
    if most <= 0 or not math.isfinite(norm):
        raise ValueError
    f = most / norm if norm > most else 1.0
    return {n: g * f for n, g in gradients.items()}, norm
