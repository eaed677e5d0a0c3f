# caught by: stretches
"""The variance, not its root."""


def reparameterize(mean, log_var, noise):
    if mean.shape != log_var.shape or mean.shape != noise.shape:
        raise ValueError("shapes")
    return mean + log_var.exp() * noise
