# caught by: no-such-test
"""Takes failures below 0 as none."""


def sample_size_for(threshold, failures=0):
    if not 0 < threshold < 1:
        raise ValueError("input")
    failures = max(0, failures)
    n = max(1, failures)
    while low_end(n - failures, n) < threshold:
        n += 1
    return n
