# caught by: shapes-differ
"""Any number of axes goes."""


def kl_divergence(mean, log_var):
    if mean.shape != log_var.shape:
        raise ValueError
    return 0.5 * (mean**2 + log_var.exp() - log_var - 1).sum(dim=-1)
