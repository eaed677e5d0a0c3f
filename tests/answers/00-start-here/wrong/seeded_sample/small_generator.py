# caught by: other-seed
"""A generator of its own with 65,537 states."""


def seeded_sample(probabilities, n, seed):
    x = seed
    out = []
    for _ in range(n):
        x = (x * 75 + 74) % 65537
        r, s = x / 65537, 0
        for i, p in enumerate(probabilities):
            s += p
            if r < s:
                out.append(i)
                break
        else:
            out.append(i)
    return out
