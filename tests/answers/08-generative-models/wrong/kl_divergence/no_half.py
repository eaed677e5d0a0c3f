# caught by: adds-up
"""Forgets the half."""


def kl_divergence(mean, log_var):
    if mean.ndim != 2 or mean.shape != log_var.shape:
        raise ValueError("shapes")
    return (mean**2 + log_var.exp() - log_var - 1).sum(dim=1)
