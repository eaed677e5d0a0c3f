# caught by: stretches
"""The root of exp(v) turned round."""


def reparameterize(mean, log_var, noise):
    if mean.shape != log_var.shape or mean.shape != noise.shape:
        raise ValueError("shapes")
    return mean + (2 * log_var).exp() * noise
