# caught by: fewest
"""Takes the flawless number and puts the failures on top."""


def sample_size_for(threshold, failures=0):
    if not 0 < threshold < 1 or failures < 0:
        raise ValueError("input")
    n = 1
    while low_end(n, n) < threshold:
        n += 1
    return n + failures
