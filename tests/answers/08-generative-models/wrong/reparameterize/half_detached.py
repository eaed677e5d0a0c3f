# caught by: slopes
"""Only the mean keeps its gradient."""


def reparameterize(mean, log_var, noise):
    if mean.shape != log_var.shape or mean.shape != noise.shape:
        raise ValueError("shapes")
    return mean + (0.5 * log_var).exp().detach() * noise
