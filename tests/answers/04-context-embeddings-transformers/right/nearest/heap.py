"""heapq.nlargest over the rows that are left."""


def nearest(query, table, k, exclude=()):
    import heapq

    if k < 1:
        raise ValueError(k)

    def cos(i):
        row = table[i]
        n = float(row.norm()) * float(query.norm())
        return float(row @ query) / n if n else 0.0

    return heapq.nlargest(k, sorted(set(range(len(table))) - set(exclude)), key=cos)
