# caught by: low-thresholds
"""Thinks that no test has fewer than ten cases."""


def sample_size_for(threshold, failures=0):
    if not 0 < threshold < 1 or failures < 0:
        raise ValueError("input")
    n = max(3, failures + 1)
    while low_end(n - failures, n) < threshold:
        n += 1
    return n
