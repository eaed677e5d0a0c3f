# caught by: adds-up
"""The mean unsquared."""


def kl_divergence(mean, log_var):
    if mean.ndim != 2 or mean.shape != log_var.shape:
        raise ValueError("shapes")
    return 0.5 * (mean + log_var.exp() - log_var - 1).sum(dim=1)
