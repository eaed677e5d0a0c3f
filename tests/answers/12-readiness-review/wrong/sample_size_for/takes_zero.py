# caught by: no-such-test
"""A threshold of 0 passes with one case."""


def sample_size_for(threshold, failures=0):
    if not 0 <= threshold < 1 or failures < 0:
        raise ValueError("input")
    n = max(1, failures)
    while low_end(n - failures, n) < threshold:
        n += 1
    return n
