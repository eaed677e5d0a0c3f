"""How sure a measured value can be, given how few cases were counted."""

import math
from collections.abc import Callable, Sequence
from statistics import NormalDist

import torch
from torch import Tensor


def wilson_interval(successes: float | int, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """Return the interval for a share that was seen as `successes` of `n` (a tie may count as half a success).

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


def bootstrap_interval(
    values: Sequence[float | int],
    statistic: Callable[[Tensor], Tensor] | None = None,
    confidence: float = 0.95,
    n_resamples: int = 10_000,
    seed: int = 0,
) -> tuple[float, float]:
    """Return the percentile bootstrap interval of a statistic, by default the mean.

    The values are drawn anew, with replacement, `n_resamples` times. `statistic` turns rows of values,
    (resamples, n), into one number each, such as `lambda x: x.median(-1).values`. Too narrow for few values;
    for shares take `wilson_interval`. Raises ValueError for fewer than two values, n_resamples < 1 or a bad
    confidence. Source: Efron 1979.
    """
    if len(values) < 2:
        raise ValueError(f"values has {len(values)} entries; expected at least 2")
    if n_resamples < 1:
        raise ValueError(f"n_resamples={n_resamples}; expected at least 1")
    if not 0 < confidence < 1:
        raise ValueError(f"confidence={confidence}; expected a share between 0 and 1")
    sample = torch.tensor(list(values), dtype=torch.float64)  # (n,)
    generator = torch.Generator().manual_seed(seed)
    results = []
    rows = max(1, 2_000_000 // len(sample))  # at a time, so that memory stays small
    for start in range(0, n_resamples, rows):
        size = (min(rows, n_resamples - start), len(sample))
        drawn = sample[torch.randint(len(sample), size, generator=generator)]  # (rows, n)
        results.append(drawn.mean(dim=-1) if statistic is None else statistic(drawn))
    tails = torch.tensor([(1 - confidence) / 2, (1 + confidence) / 2], dtype=torch.float64)
    low, high = torch.cat(results).double().quantile(tails).tolist()
    return low, high


def mcnemar_exact(only_first: int, only_second: int) -> float:
    """Return the p-value for two models that were asked the same questions.

    `only_first` counts the questions that only the first model got right, `only_second` those that only the
    second did; where they agree, nothing is learned about which is better. If they were equally good, each
    such question would be a fair coin: this is the exact two-sided chance of a split at least as uneven.
    Raises ValueError for a negative count. Source: McNemar 1947, in its exact form.
    """
    if only_first < 0 or only_second < 0:
        raise ValueError(f"only_first={only_first}, only_second={only_second}; expected 0 or more")
    n = only_first + only_second
    tail = sum(math.comb(n, k) for k in range(min(only_first, only_second) + 1))
    return min(1.0, 2 * tail / 2**n)


def zero_failure_bound(n: int, confidence: float = 0.95) -> float:
    """Return the failure rate that is still possible after `n` cases without one failure.

    At that rate, n cases without failure have a chance of 1 - confidence; about 3 / n at 95 % (the rule of
    three). Raises ValueError for n < 1 or a confidence outside (0, 1). Source: Clopper and Pearson 1934,
    one-sided.
    """
    if n < 1:
        raise ValueError(f"n={n}; expected at least 1")
    if not 0 < confidence < 1:
        raise ValueError(f"confidence={confidence}; expected a share between 0 and 1")
    return -math.expm1(math.log1p(-confidence) / n)
