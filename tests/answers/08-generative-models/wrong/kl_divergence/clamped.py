# caught by: sizes
"""Cuts the divergence off at 100."""


def kl_divergence(mean, log_var):
    if mean.ndim != 2 or mean.shape != log_var.shape:
        raise ValueError("shapes")
    return (0.5 * (mean**2 + log_var.exp() - log_var - 1).sum(dim=1)).clamp(max=100)
