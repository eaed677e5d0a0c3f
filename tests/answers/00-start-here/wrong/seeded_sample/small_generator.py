# caught by: other-seed
"""A generator of its own with 257 states."""


def seeded_sample(probabilities, n, seed):
    x = seed
    out = []
    for _ in range(n):
        x = (x * 75 + 74) % 257
        r, s = x / 257, 0
        for i, p in enumerate(probabilities):
            s += p
            if r < s:
                out.append(i)
                break
        else:
            out.append(i)
    return out
