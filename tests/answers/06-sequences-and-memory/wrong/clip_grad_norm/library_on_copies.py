# caught by: parts
"""torch's own function on copies that hold the gradients: it adds a millionth to the length."""


def clip_grad_norm(gradients, most):
    if most <= 0:
        raise ValueError("most")
    real = [g for g in gradients.values() if g is not None]
    if any(not bool(torch.isfinite(g).all()) for g in real):
        raise ValueError("not finite")
    copies = []
    for g in real:
        weight = torch.nn.Parameter(torch.zeros_like(g))
        weight.grad = g.clone()
        copies.append(weight)
    norm = math.sqrt(sum(float((g.double() ** 2).sum()) for g in real))
    if norm > most:
        torch.nn.utils.clip_grad_norm_(copies, most)
    left = iter(copies)
    return {n: None if g is None else next(left).grad for n, g in gradients.items()}, norm
