# caught by: fewest
"""Asks for the share itself, not for the lower end."""


def sample_size_for(threshold, failures=0):
    if not 0 < threshold < 1 or failures < 0:
        raise ValueError("input")
    n = max(1, failures)
    while (n - failures) / n < threshold:
        n += 1
    return n
