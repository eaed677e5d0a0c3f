"""The length of the lengths."""


def clip_grad_norm(gradients, most):
    if most <= 0:
        raise ValueError("most")
    real = [g for g in gradients.values() if g is not None]
    if any(not bool(torch.isfinite(g).all()) for g in real):
        raise ValueError("not finite")
    norm = math.hypot(*(float(g.double().norm()) for g in real))
    if norm <= most:
        return {n: g if g is None else g.clone() for n, g in gradients.items()}, norm
    return {n: g if g is None else g / (norm / most) for n, g in gradients.items()}, norm
