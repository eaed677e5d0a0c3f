# caught by: sizes
"""Cuts log_var off at 10, as some recipes do."""


def reparameterize(mean, log_var, noise):
    if mean.shape != log_var.shape or mean.shape != noise.shape:
        raise ValueError("shapes")
    return mean + (0.5 * log_var.clamp(-10, 10)).exp() * noise
