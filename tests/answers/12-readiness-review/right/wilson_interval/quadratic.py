"""The two roots of the equation behind the formulas."""


def wilson_interval(right: int, n: int, z: float = 1.959964) -> tuple[float, float]:
    if n <= 0 or right not in range(n + 1) or not z > 0:
        raise ValueError((right, n, z))
    zz = z * z
    root = z * math.sqrt(zz + 4 * right * (1 - right / n))
    ends = [(2 * right + zz - root) / (2 * (n + zz)), (2 * right + zz + root) / (2 * (n + zz))]
    return (max(0.0, ends[0]) if right else 0.0), (1.0 if right == n else ends[1])
