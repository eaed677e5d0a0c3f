# caught by: exactly
"""Against 'low_end(n - failures, n) is `threshold` or more': asks for more than the threshold."""


def sample_size_for(threshold: float, failures: int = 0) -> int:
    if not 0 < threshold < 1 or failures < 0:
        raise ValueError("cannot plan")
    n = max(1, failures)
    while low_end(n - failures, n) <= threshold:
        n += 1
    return n
