# caught by: stretches
"""Forgets the mean."""


def reparameterize(mean, log_var, noise):
    if mean.shape != log_var.shape or mean.shape != noise.shape:
        raise ValueError("shapes")
    return (0.5 * log_var).exp() * noise
