"""torch's own, with its blind queries shown everything first and zeroed afterwards."""


def scaled_dot_product_attention(q, k, v, mask=None):
    T, S = q.shape[-2], k.shape[-2]
    if q.shape[-1] != k.shape[-1] or v.shape[-2] != S:
        raise ValueError("shapes do not fit")
    if mask is None:
        return F.scaled_dot_product_attention(q, k, v)
    if mask.dtype != torch.bool or mask.dim() < 2 or tuple(mask.shape[-2:]) != (T, S):
        raise ValueError("not a mask")
    blind = ~mask.any(-1, keepdim=True)
    found = F.scaled_dot_product_attention(q, k, v, attn_mask=mask | blind)
    return found.masked_fill(blind, 0.0)
