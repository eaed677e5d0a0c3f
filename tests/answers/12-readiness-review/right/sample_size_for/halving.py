"""Doubles until it passes, then halves the gap."""


def sample_size_for(threshold: float, failures: int = 0) -> int:
    if not (0 < threshold < 1) or failures < 0:
        raise ValueError("no such test")
    low = failures - 1 if failures else 0
    step = 1
    while low_end(low + step - failures, low + step) < threshold:
        step *= 2
    high = low + step
    while high - low > 1:
        m = (low + high) // 2
        if low_end(m - failures, m) < threshold:
            low = m
        else:
            high = m
    return high
