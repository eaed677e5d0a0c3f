"""Takes the best of those that are left, k times."""


def nearest(query, table, k, exclude=()):
    if k < 1:
        raise ValueError
    s = torch.nn.CosineSimilarity(dim=1)(query.expand_as(table), table).clone()
    alive = [i for i in range(table.size(0)) if i not in set(exclude)]
    out = []
    while alive and len(out) < k:
        best = max(alive, key=s.__getitem__)
        alive.remove(best)
        out.append(best)
    return out
