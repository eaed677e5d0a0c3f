# caught by: excluded
"""Looks up the row of a similarity by index(), which finds the first equal one."""


def nearest(query, table, k, exclude=()):
    if k < 1:
        raise ValueError
    s = torch.cosine_similarity(query[None], table).tolist()
    best = sorted((x for i, x in enumerate(s) if i not in exclude), reverse=True)[:k]
    return [s.index(x) for x in best]
