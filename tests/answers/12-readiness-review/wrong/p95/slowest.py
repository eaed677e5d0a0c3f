# caught by: slow-end
"""The slowest of all."""


def p95(seconds):
    if not seconds:
        raise ValueError("no times")
    return float(max(seconds))
