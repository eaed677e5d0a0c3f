# caught by: strict-thresholds
"""Gives up with an error where more than 2,000 cases are needed."""


def sample_size_for(threshold, failures=0):
    if not 0 < threshold < 1 or failures < 0:
        raise ValueError("input")
    for n in range(max(1, failures), 2000):
        if low_end(n - failures, n) >= threshold:
            return n
    raise ValueError("too strict")
