"""Einsum for both products, torch.where for the mask."""


def scaled_dot_product_attention(q, k, v, mask=None):
    if q.size(-1) != k.size(-1):
        raise ValueError("q and k")
    if k.size(-2) != v.size(-2):
        raise ValueError("k and v")
    scores = torch.einsum("...td,...sd->...ts", q, k) * q.size(-1) ** -0.5
    if mask is None:
        return torch.einsum("...ts,...se->...te", torch.softmax(scores, -1), v)
    if mask.dtype is not torch.bool:
        raise ValueError("True and False")
    if list(mask.shape)[-2:] != [q.size(-2), k.size(-2)]:
        raise ValueError("mask shape")
    scores = torch.where(mask, scores, torch.tensor(float("-inf"), dtype=scores.dtype))
    weights = torch.softmax(scores, -1)
    weights = torch.where(mask.any(-1, keepdim=True), weights, torch.zeros((), dtype=weights.dtype))
    return torch.einsum("...ts,...se->...te", weights, v)
