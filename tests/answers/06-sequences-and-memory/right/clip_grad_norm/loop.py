"""Adds up the squares number by number."""


def clip_grad_norm(gradients, most):
    if most <= 0:
        raise ValueError("most")
    real = [g for g in gradients.values() if g is not None]
    if any(not bool(torch.isfinite(g).all()) for g in real):
        raise ValueError("not finite")
    total = 0.0
    for g in real:
        for number in g.flatten().tolist():
            total += number * number
    norm = total**0.5
    factor = most / norm if norm > most else 1
    clipped = {}
    for n, g in gradients.items():
        clipped[n] = None if g is None else torch.mul(g, factor)
    return clipped, norm
