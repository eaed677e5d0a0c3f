# caught by: adds-up
"""The mean over the numbers."""


def kl_divergence(mean, log_var):
    if mean.ndim != 2 or mean.shape != log_var.shape:
        raise ValueError("shapes")
    return 0.5 * (mean**2 + log_var.exp() - log_var - 1).mean(dim=1)
