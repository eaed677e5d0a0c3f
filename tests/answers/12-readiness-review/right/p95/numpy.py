"""NumPy's percentile."""


def p95(seconds):
    if len(seconds) == 0:
        raise ValueError("no times")
    return float(np.percentile(seconds, 95))
