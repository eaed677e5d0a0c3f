# caught by: fewest
"""Goes on in steps of ten, as one would in a plan."""


def sample_size_for(threshold, failures=0):
    if not 0 < threshold < 1 or failures < 0:
        raise ValueError("input")
    n = max(10, failures)
    while low_end(n - failures, n) < threshold:
        n += 10
    return n
