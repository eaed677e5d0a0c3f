# caught by: fewest
"""Three divided by the tolerated rate, and the failures on top."""


def sample_size_for(threshold, failures=0):
    if not 0 < threshold < 1 or failures < 0:
        raise ValueError("input")
    return math.ceil(3 / (1 - threshold)) + failures
