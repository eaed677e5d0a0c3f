# caught by: other-widths
"""Takes 1.96 whatever z is."""


def wilson_interval(right, n, z=1.959964):
    if n < 1 or not 0 <= right <= n or z <= 0:
        raise ValueError("input")
    if right in (0, n):
        d = 1 + z * z / n
        return (0.0, z * z / n / d) if right == 0 else (1 / d, 1.0)
    z = 1.959964
    p, d = right / n, 1 + z * z / n
    middle = (p + z * z / (2 * n)) / d
    half = z / d * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return middle - half, middle + half
