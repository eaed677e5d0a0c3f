# caught by: no-interval
"""Accepts more right answers than cases."""


def wilson_interval(right, n, z=1.959964):
    if n < 1 or right < 0 or z <= 0:
        raise ValueError("input")
    p, d = min(right, n) / n, 1 + z * z / n
    middle = (p + z * z / (2 * n)) / d
    half = z / d * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return (0.0 if right == 0 else middle - half, 1.0 if right >= n else middle + half)
