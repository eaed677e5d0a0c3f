# caught by: both-ends
"""Divides by 4 n instead of 4 n^2 under the root."""


def wilson_interval(right, n, z=1.959964):
    if n < 1 or not 0 <= right <= n or z <= 0:
        raise ValueError("input")
    p, d = right / n, 1 + z * z / n
    middle = (p + z * z / (2 * n)) / d
    half = z / d * math.sqrt(p * (1 - p) / n + z * z / (4 * n))
    return (0.0 if right == 0 else middle - half, 1.0 if right == n else middle + half)
