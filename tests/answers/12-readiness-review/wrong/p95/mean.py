# caught by: slow-end
"""The mean."""


def p95(seconds):
    if not seconds:
        raise ValueError("no times")
    return float(sum(seconds) / len(seconds))
