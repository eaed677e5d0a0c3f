# caught by: stretches
"""Stretches the caller's noise in place."""


def reparameterize(mean, log_var, noise):
    if mean.shape != log_var.shape or mean.shape != noise.shape:
        raise ValueError("shapes")
    noise *= (0.5 * log_var).exp()
    return noise + mean
