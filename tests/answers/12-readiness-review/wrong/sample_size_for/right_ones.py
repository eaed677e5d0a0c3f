# caught by: fewest
"""Counts the right ones only and calls them the cases."""


def sample_size_for(threshold, failures=0):
    if not 0 < threshold < 1 or failures < 0:
        raise ValueError("input")
    right = 1
    while low_end(right, right + failures) < threshold:
        right += 1
    return right
