"""In plain Python, one answer after the other."""


def calibration_error(confidence, right, bins=10):
    if confidence.ndim != 1 or right.shape != confidence.shape or len(right) < 1 or bins < 1:
        raise ValueError("input")
    table = {}
    for c, r in zip(confidence.tolist(), right.tolist()):
        if not 0 <= c <= 1:
            raise ValueError(c)
        i = 0
        while c > (i + 1) / bins:
            i += 1
        table.setdefault(i, []).append((c, r))
    error = 0.0
    for rows in table.values():
        mean = sum(c for c, _ in rows) / len(rows)
        hits = sum(bool(r) for _, r in rows) / len(rows)
        error += len(rows) / len(right) * abs(mean - hits)
    return error
