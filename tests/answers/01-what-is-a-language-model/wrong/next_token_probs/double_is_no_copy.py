# caught by: counts-untouched
"""double() of a float64 table is the same table, which is then changed."""


def next_token_probs(counts, k):
    if k < 0:
        raise ValueError("k")
    r = counts.double()
    r += k
    t = r.sum(-1, keepdim=True)
    r /= t
    r[r.isnan()] = 1 / r.shape[-1]
    return r
