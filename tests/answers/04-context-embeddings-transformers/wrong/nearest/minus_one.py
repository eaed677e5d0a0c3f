# caught by: any-row
"""Gives excluded rows the similarity -1, which an opposite row has, too."""


def nearest(query, table, k, exclude=()):
    if k < 1:
        raise ValueError
    s = torch.cosine_similarity(query[None], table)
    s[list(exclude)] = -1
    return s.topk(min(k, len(table) - len(exclude))).indices.tolist()
