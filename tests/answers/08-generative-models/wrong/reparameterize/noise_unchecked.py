# caught by: shapes-differ
"""Looks at two shapes of three."""


def reparameterize(mean, log_var, noise):
    if mean.shape != log_var.shape:
        raise ValueError
    return mean + (0.5 * log_var).exp() * noise
