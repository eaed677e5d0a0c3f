# caught by: parts
"""Divides by norm + 1e-6 as PyTorch's clip_grad_norm_ does; where the lengths are small themselves the
result is far too short. The text: "all of its numbers are multiplied by most / norm".
"""


def clip_grad_norm(
    gradients: dict[str, torch.Tensor | None], most: float
) -> tuple[dict[str, torch.Tensor | None], float]:
    if most <= 0:
        raise ValueError("most must be above 0")
    given = {name: g for name, g in gradients.items() if g is not None}
    if any(not torch.isfinite(g).all() for g in given.values()):
        raise ValueError("the gradient is not finite")
    norm = math.sqrt(sum(float(g.double().square().sum()) for g in given.values()))
    if norm <= most:
        return dict(gradients), norm
    factor = most / (norm + 1e-6)
    return {name: None if g is None else g * factor for name, g in gradients.items()}, norm
