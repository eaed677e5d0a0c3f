# caught by: shapes-differ
"""Broadcasting stretches the shorter."""


def kl_divergence(mean, log_var):
    if mean.ndim != 2 or log_var.ndim != 2:
        raise ValueError
    return 0.5 * (mean**2 + log_var.exp() - log_var - 1).sum(dim=1)
