# caught by: adds-up
"""Subtracts 1 once for the row."""


def kl_divergence(mean, log_var):
    if mean.ndim != 2 or mean.shape != log_var.shape:
        raise ValueError("shapes")
    return 0.5 * ((mean**2 + log_var.exp() - log_var).sum(dim=1) - 1)
