# caught by: clearly-better
"""Adds up to the larger of the two."""


def choose_adaptation(right, level=0.05):
    if len(right) == 0:
        raise ValueError("no way")
    lengths = {len(answers) for answers in right.values()}
    if len(lengths) > 1 or 0 in lengths:
        raise ValueError("lists")
    if not (level > 0 and level < 1):
        raise ValueError("level")
    names = list(right)
    chosen = names[0]
    for name in names[1:]:
        b = c = 0
        for old, new in zip(right[chosen], right[name]):
            b += old and not new
            c += new and not old
        n = b + c
        tail = 0
        for k in range(max(b, c) + 1):
            tail += math.comb(n, k)
        p = min(1, 2 * tail / 2**n)
        if c > b and p < level:
            chosen = name
    return chosen
