# caught by: slow-end
"""Mean plus 1.645 standard deviations, as if waiting times were normal."""


def p95(seconds):
    if not seconds:
        raise ValueError("no times")
    return float(np.mean(seconds) + 1.645 * np.std(seconds))
