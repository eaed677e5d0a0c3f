"""Adds a table of 0 and minus infinity, then cleans up."""


def scaled_dot_product_attention(q, k, v, mask=None):
    """Mix values by how well queries fit keys."""
    if q.shape[-1] != k.shape[-1] or k.shape[-2] != v.shape[-2]:
        raise ValueError("q, k and v do not fit")
    scores = (q / math.sqrt(q.shape[-1])) @ k.mT
    nobody = None
    if mask is not None:
        if mask.dtype != torch.bool or mask.shape[-2:] != scores.shape[-2:]:
            raise ValueError("bad mask")
        hide = torch.zeros(mask.shape, dtype=scores.dtype).masked_fill_(~mask, float("-inf"))
        nobody = ~mask.any(-1, keepdim=True)
        scores = scores + hide.masked_fill(nobody, 0.0)
    mixed = torch.softmax(scores, dim=-1) @ v
    return mixed if nobody is None else mixed.masked_fill(nobody, 0.0)
