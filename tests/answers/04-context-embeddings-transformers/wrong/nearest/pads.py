# caught by: few-rows
"""Repeats the last row until there are k."""


def nearest(query, table, k, exclude=()):
    if k < 1:
        raise ValueError(f"k={k}; expected at least 1")
    scores = torch.nn.functional.cosine_similarity(query[None], table, dim=-1)
    order = scores.argsort(descending=True).tolist()
    found = [row for row in order if row not in exclude][:k]
    return found + found[-1:] * (k - len(found))
