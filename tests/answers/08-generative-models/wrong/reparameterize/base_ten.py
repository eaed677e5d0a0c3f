# caught by: stretches
"""Takes the logarithm for one of base 10."""


def reparameterize(mean, log_var, noise):
    if mean.shape != log_var.shape or mean.shape != noise.shape:
        raise ValueError("shapes")
    return mean + 10 ** (0.5 * log_var) * noise
