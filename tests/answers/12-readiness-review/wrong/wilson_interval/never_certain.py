# caught by: all-or-nothing
"""Leaves the ends to rounding: about 1e-17 at 0 of n instead of 0.0."""


def wilson_interval(right, n, z=1.959964):
    if n < 1 or not 0 <= right <= n or z <= 0:
        raise ValueError("input")
    p, d = right / n, 1 + z * z / n
    middle = (p + z * z / (2 * n)) / d
    half = z / d * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return middle - half, middle + half
