"""A mask for each bin."""


def calibration_error(confidence, right, bins=10):
    if (
        bins < 1
        or confidence.dim() != 1
        or tuple(confidence.shape) != tuple(right.shape)
        or confidence.numel() == 0
    ):
        raise ValueError("shapes")
    if not (confidence.min() >= 0 and confidence.max() <= 1) or confidence.isnan().any():
        raise ValueError("confidence")
    c, r, total = confidence.double(), right.double(), 0.0
    for i in range(bins):
        inside = (c > i / bins) & (c <= (i + 1) / bins)
        if i == 0:
            inside |= c == 0
        if inside.sum() > 0:
            total += inside.sum().item() * abs(c[inside].mean().item() - r[inside].mean().item())
    return total / len(c)
