# caught by: adds-up
"""Takes log_var for the logarithm of the standard deviation."""


def kl_divergence(mean, log_var):
    if mean.ndim != 2 or mean.shape != log_var.shape:
        raise ValueError("shapes")
    return 0.5 * (mean**2 + (2 * log_var).exp() - 2 * log_var - 1).sum(dim=1)
