"""Puts all numbers into one long vector."""


def clip_grad_norm(gradients, most):
    if most <= 0:
        raise ValueError("most")
    real = [g for g in gradients.values() if g is not None]
    if any(not bool(torch.isfinite(g).all()) for g in real):
        raise ValueError("not finite")
    if not real:
        return dict.fromkeys(gradients), 0.0
    norm = float(torch.cat([g.double().flatten() for g in real]).norm())
    factor = min(1.0, most / norm) if norm > 0 else 1.0
    return {n: None if g is None else g.clone() * factor for n, g in gradients.items()}, norm
