# caught by: shapes-differ
"""Lets broadcasting stretch one of them."""


def reparameterize(mean, log_var, noise):
    return mean + (0.5 * log_var).exp() * noise
