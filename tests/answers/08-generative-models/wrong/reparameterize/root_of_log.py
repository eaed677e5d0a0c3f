# caught by: stretches
"""The root of the logarithm."""


def reparameterize(mean, log_var, noise):
    if mean.shape != log_var.shape or mean.shape != noise.shape:
        raise ValueError("shapes")
    return mean + log_var.abs().sqrt() * noise
