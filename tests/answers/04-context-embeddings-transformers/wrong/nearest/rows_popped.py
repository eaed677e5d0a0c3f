# caught by: excluded
"""Pops excluded rows from the list of similarities, so that the numbers of the others move."""


def nearest(query, table, k, exclude=()):
    if k < 1:
        raise ValueError
    s = torch.cosine_similarity(query[None], table).tolist()
    for e in exclude:
        s.pop(e)
    return sorted(range(len(s)), key=lambda i: -s[i])[:k]
