"""Sums by bin: the weights and the counts cancel."""


def calibration_error(confidence: torch.Tensor, right: torch.Tensor, bins: int = 10) -> float:
    if bins < 1 or confidence.ndim != 1 or confidence.shape != right.shape or not len(confidence):
        raise ValueError("input")
    if not ((confidence >= 0) & (confidence <= 1)).all():
        raise ValueError("input")
    c = confidence.detach().double()
    edges = torch.arange(1, bins + 1, dtype=torch.float64) / bins
    place = torch.searchsorted(edges, c.contiguous())
    gap = torch.zeros(bins, dtype=torch.float64).index_add(0, place, c - right.double())
    return gap.abs().sum().item() / len(c)
