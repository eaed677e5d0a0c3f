# caught by: low-thresholds
"""Begins with more cases than failures, even where the threshold is tiny."""


def sample_size_for(threshold, failures=0):
    if not 0 < threshold < 1 or failures < 0:
        raise ValueError("input")
    n = failures + 2 if threshold < 0.3 else failures + 1
    while low_end(n - failures, n) < threshold:
        n += 1
    return n
