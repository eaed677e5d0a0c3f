"""Adds a case until it passes."""


def sample_size_for(threshold, failures=0):
    if threshold <= 0 or threshold >= 1:
        raise ValueError("threshold")
    if failures < 0:
        raise ValueError("failures")
    for n in range(max(failures, 1), 100_001):
        if low_end(n - failures, n) >= threshold:
            return n
    raise ValueError("too strict")
