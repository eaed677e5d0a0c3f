"""A loop over the columns."""


def kl_divergence(mean, log_var):
    if mean.ndim != 2 or mean.shape != log_var.shape:
        raise ValueError("shapes")
    total = torch.zeros(len(mean), dtype=mean.dtype)
    for m, v in zip(mean.unbind(1), log_var.unbind(1)):
        total = total + 0.5 * (m * m + torch.exp(v) - v - 1)
    return total
