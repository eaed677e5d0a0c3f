# caught by: adds-up
"""One number for the batch."""


def kl_divergence(mean, log_var):
    if mean.ndim != 2 or mean.shape != log_var.shape:
        raise ValueError("shapes")
    return 0.5 * (mean**2 + log_var.exp() - log_var - 1).sum()
