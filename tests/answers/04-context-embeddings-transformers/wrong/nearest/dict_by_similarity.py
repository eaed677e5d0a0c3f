# caught by: any-row
"""Collects the rows in a dict by their similarity: of equal ones only the last stays."""


def nearest(query, table, k, exclude=()):
    if k < 1:
        raise ValueError("k must be at least 1")
    rows = {}
    for number, row in enumerate(table):
        if number not in exclude:
            rows[float(torch.nn.functional.cosine_similarity(query, row, dim=0))] = number
    return [rows[score] for score in sorted(rows, reverse=True)[:k]]
