# caught by: fewest
"""Plans for a flawless run whatever is asked."""


def sample_size_for(threshold, failures=0):
    if not 0 < threshold < 1 or failures < 0:
        raise ValueError("input")
    n = max(1, failures)
    while low_end(n, n) < threshold:
        n += 1
    return n
