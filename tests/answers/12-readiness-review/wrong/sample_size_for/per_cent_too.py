# caught by: no-such-test
"""Takes 90 for 0.9."""


def sample_size_for(threshold, failures=0):
    if threshold > 1:
        threshold /= 100
    if not 0 < threshold < 1 or failures < 0:
        raise ValueError("input")
    n = max(1, failures)
    while low_end(n - failures, n) < threshold:
        n += 1
    return n
