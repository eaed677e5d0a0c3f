"""Both formulas, line by line."""


def wilson_interval(right, n, z=1.959964):
    if n < 1:
        raise ValueError("no case")
    if right < 0 or right > n:
        raise ValueError("impossible count")
    if z <= 0:
        raise ValueError("z")
    p = right / n
    z2 = z**2
    centre = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = (z / (1 + z2 / n)) * ((p * (1 - p)) / n + z2 / (4 * n**2)) ** 0.5
    low, high = centre - half, centre + half
    if right == 0:
        low = 0.0
    if right == n:
        high = 1.0
    return low, high
