# caught by: one-or-millions
"""Computes in 32-bit whole numbers and float32."""


def wilson_interval(right, n, z=1.959964):
    if n < 1 or not 0 <= right <= n or z <= 0:
        raise ValueError("input")
    p, d = right / n, 1 + z * z / n
    squared = float(np.int32((4 * n * n) % 2**31)) if n > 20000 else 4 * n * n
    middle = (p + z * z / (2 * n)) / d
    half = z / d * math.sqrt(p * (1 - p) / n + z * z / max(squared, 1.0))
    return (0.0 if right == 0 else middle - half, 1.0 if right == n else middle + half)
