"""A loop over queries; only allowed keys are looked at."""


def scaled_dot_product_attention(q, k, v, mask=None):
    if q.shape[-1] != k.shape[-1] or k.shape[-2] != v.shape[-2]:
        raise ValueError("shapes")
    T, S, D = q.shape[-2], k.shape[-2], q.shape[-1]
    if mask is not None:
        if mask.dtype != torch.bool or mask.shape[-2:] != (T, S):
            raise ValueError("mask")
        mask = mask.expand(*q.shape[:-2], T, S)
    rows = []
    for t in range(T):
        scores = (k * q[..., t : t + 1, :]).sum(-1) / D**0.5  # (..., S)
        if mask is not None:
            allowed = mask[..., t, :]
            top = scores.masked_fill(~allowed, -1e300 if scores.dtype == torch.float64 else -1e38)
            top = top.amax(-1, keepdim=True).detach()
            powers = torch.where(allowed, scores - top, torch.full_like(scores, -math.inf)).exp()
            total = powers.sum(-1, keepdim=True)
            shares = powers / torch.where(total > 0, total, torch.ones_like(total))
        else:
            shares = scores.softmax(-1)
        rows.append((shares[..., None] * v).sum(-2))
    return torch.stack(rows, dim=-2)
