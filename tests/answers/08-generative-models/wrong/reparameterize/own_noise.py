# caught by: stretches
"""Draws its own noise and ignores that of the caller."""


def reparameterize(mean, log_var, noise):
    if mean.shape != log_var.shape or mean.shape != noise.shape:
        raise ValueError("shapes")
    return mean + (0.5 * log_var).exp() * torch.randn(mean.shape, dtype=mean.dtype)
