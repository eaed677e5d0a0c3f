# caught by: bad-k
"""k = -2 returns all but two: a slice does not complain."""


def nearest(query, table, k, exclude=()):
    scores = torch.nn.functional.cosine_similarity(query[None], table, dim=-1)
    order = scores.argsort(descending=True).tolist()
    return [row for row in order if row not in exclude][:k]
