"""Gives the caller's own tensors back where nothing is to be done."""


def clip_grad_norm(gradients, most):
    if most <= 0:
        raise ValueError("most")
    real = [g for g in gradients.values() if g is not None]
    if any(not bool(torch.isfinite(g).all()) for g in real):
        raise ValueError("not finite")
    norm = math.sqrt(sum(float(g.double().square().sum()) for g in real))
    if norm <= most:
        return dict(gradients), norm
    return {n: None if g is None else g * (most / norm) for n, g in gradients.items()}, norm
