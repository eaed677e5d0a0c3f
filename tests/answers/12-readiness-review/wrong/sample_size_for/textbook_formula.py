# caught by: fewest
"""The sample size of the textbook, z^2 p (1 - p) / e^2."""


def sample_size_for(threshold, failures=0):
    if not 0 < threshold < 1 or failures < 0:
        raise ValueError("input")
    e = 1 - threshold
    return max(1, failures, math.ceil(1.959964**2 * threshold * (1 - threshold) / e**2))
