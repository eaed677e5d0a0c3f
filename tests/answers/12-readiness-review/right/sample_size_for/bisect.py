"""By the bisection of the standard library."""


def sample_size_for(threshold, failures=0):
    from bisect import bisect_left

    if threshold <= 0 or threshold >= 1 or failures < 0:
        raise ValueError(f"{threshold}, {failures}")
    first = max(1, failures)
    sizes = range(first, 200_000)
    return first + bisect_left(sizes, True, key=lambda n: low_end(n - failures, n) >= threshold)
