# caught by: slopes
"""Computes with the values only."""


def kl_divergence(mean, log_var):
    if mean.ndim != 2 or mean.shape != log_var.shape:
        raise ValueError("shapes")
    return 0.5 * (mean.detach() ** 2 + log_var.detach().exp() - log_var.detach() - 1).sum(dim=1)
