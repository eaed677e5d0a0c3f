# caught by: stretches
"""A minus from the formula of a density."""


def reparameterize(mean, log_var, noise):
    if mean.shape != log_var.shape or mean.shape != noise.shape:
        raise ValueError("shapes")
    return mean + (-0.5 * log_var).exp() * noise
