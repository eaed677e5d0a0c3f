# caught by: mixes
"""Divides by the lengths of queries and keys."""


def scaled_dot_product_attention(q, k, v, mask=None):
    T, S, D = q.shape[-2], k.shape[-2], q.shape[-1]
    if k.shape[-1] != D or v.shape[-2] != S:
        raise ValueError("shapes")
    if mask is not None and (mask.dtype != torch.bool or mask.shape[-2:] != (T, S)):
        raise ValueError("mask")
    scores = F.normalize(q, dim=-1) @ F.normalize(k, dim=-1).transpose(-2, -1)
    if mask is not None:
        scores = scores.masked_fill(~mask, -torch.inf)
    weights = scores.softmax(dim=-1)
    if mask is not None:
        weights = weights.masked_fill(~mask.any(dim=-1, keepdim=True), 0.0)
    return weights @ v
