# caught by: fewest
"""Stops one too early: the last n that does not pass."""


def sample_size_for(threshold, failures=0):
    if not 0 < threshold < 1 or failures < 0:
        raise ValueError("input")
    n = max(1, failures)
    while low_end(n + 1 - failures, n + 1) < threshold:
        n += 1
    return n
