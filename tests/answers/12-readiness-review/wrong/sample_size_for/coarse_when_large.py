# caught by: strict-thresholds
"""Above 500 cases it goes on in hundreds."""


def sample_size_for(threshold, failures=0):
    if not 0 < threshold < 1 or failures < 0:
        raise ValueError("input")
    n = max(1, failures)
    while low_end(n - failures, n) < threshold:
        n += 1 if n < 500 else 100
    return n
