"""How sure a share can be, given how few cases were counted."""

import math
from statistics import NormalDist


def wilson_interval(successes: int, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """Return the interval for a share that was seen as `successes` of `n`.

    Unlike share +- 2 standard errors it stays within 0 and 1 and is right for small n and for 0 or n
    successes. Raises ValueError unless 0 <= successes <= n, n >= 1 and 0 < confidence < 1. Source: Wilson
    1927, equation for p.
    """
    if n < 1 or not 0 <= successes <= n:
        raise ValueError(f"successes={successes}, n={n}; expected n >= 1 and 0 <= successes <= n")
    if not 0 < confidence < 1:
        raise ValueError(f"confidence={confidence}; expected a share between 0 and 1")
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share = successes / n
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return (0.0 if successes == 0 else centre - half, 1.0 if successes == n else centre + half)
