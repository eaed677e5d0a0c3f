# caught by: excluded
"""Takes the excluded rows out of the table first, so that the row numbers are those of a smaller table."""


def nearest(query, table, k, exclude=()):
    if k < 1:
        raise ValueError("k must be at least 1")
    kept = table[[row for row in range(len(table)) if row not in exclude]]
    scores = torch.nn.functional.cosine_similarity(query, kept, dim=-1)
    return scores.argsort(descending=True)[:k].tolist()
