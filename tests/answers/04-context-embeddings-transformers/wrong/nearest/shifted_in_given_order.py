# caught by: excluded
"""Takes the excluded rows out of the table and moves the row numbers up again in the order in which they are given,
which is right only for an ascending one: exclude=(3, 1) gives wrong numbers. The text: 'row numbers that may not be
returned ...; one, several or all', no order named."""


def nearest(query, table, k, exclude=()):
    if k < 1:
        raise ValueError("k must be at least 1")
    keep = torch.ones(len(table), dtype=torch.bool)
    for e in exclude:
        keep[e] = False
    rest = table[keep]
    scores = torch.nn.functional.cosine_similarity(query[None], rest, dim=-1)
    found = []
    for i in scores.argsort(descending=True)[:k].tolist():
        for e in exclude:
            if i >= e:
                i += 1
        found.append(i)
    return found
