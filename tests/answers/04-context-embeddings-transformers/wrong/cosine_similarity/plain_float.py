# caught by: cosine
"""Makes a float of a single similarity."""


def cosine_similarity(a, b):
    if a.shape[-1] != b.shape[-1]:
        raise ValueError
    r = torch.nn.functional.cosine_similarity(a, b, dim=-1)
    return r.item() if r.numel() == 1 else r
