# caught by: strict-thresholds
"""Searches up to a thousand cases only."""


def sample_size_for(threshold, failures=0):
    if not 0 < threshold < 1 or failures < 0:
        raise ValueError("input")
    n = max(1, failures)
    while low_end(n - failures, n) < threshold and n < 1000:
        n += 1
    return n
