# caught by: adds-up
"""The standard deviation in place of the variance; right at log_var 0."""


def kl_divergence(mean, log_var):
    if mean.ndim != 2 or mean.shape != log_var.shape:
        raise ValueError("shapes")
    return 0.5 * (mean**2 + (0.5 * log_var).exp() - log_var - 1).sum(dim=1)
