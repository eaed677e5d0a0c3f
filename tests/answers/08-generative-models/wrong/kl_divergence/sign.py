# caught by: adds-up
"""The sign of a lower bound that is maximised."""


def kl_divergence(mean, log_var):
    if mean.ndim != 2 or mean.shape != log_var.shape:
        raise ValueError("shapes")
    return 0.5 * (1 + log_var - mean**2 - log_var.exp()).sum(dim=1)
