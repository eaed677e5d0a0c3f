# caught by: stretches
"""Stretches the mean, too."""


def reparameterize(mean, log_var, noise):
    if mean.shape != log_var.shape or mean.shape != noise.shape:
        raise ValueError("shapes")
    return (mean + noise) * (0.5 * log_var).exp()
