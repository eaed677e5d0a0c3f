# caught by: both-ends
"""Adds z squared cases, half of them right, and then does as the textbook: Agresti and Coull."""


def wilson_interval(right, n, z=1.959964):
    if n < 1 or not 0 <= right <= n or z <= 0:
        raise ValueError("input")
    m = n + z * z
    p = (right + z * z / 2) / m
    half = z * math.sqrt(p * (1 - p) / m)
    return (0.0 if right == 0 else p - half, 1.0 if right == n else p + half)
