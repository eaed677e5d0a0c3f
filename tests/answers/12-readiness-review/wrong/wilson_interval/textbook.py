# caught by: both-ends
"""The textbook's share plus or minus z standard errors."""


def wilson_interval(right, n, z=1.959964):
    if n < 1 or not 0 <= right <= n or z <= 0:
        raise ValueError("input")
    p = right / n
    half = z * math.sqrt(p * (1 - p) / n)
    return p - half, p + half
