"""torch's quantile, in float64."""


def p95(seconds: list[float]) -> float:
    if not seconds:
        raise ValueError("no times")
    return torch.quantile(torch.tensor(seconds, dtype=torch.float64), 0.95).item()
