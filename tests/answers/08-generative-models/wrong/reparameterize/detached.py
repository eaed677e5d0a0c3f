# caught by: slopes
"""Cuts the gradient, as torch.normal would."""


def reparameterize(mean, log_var, noise):
    if mean.shape != log_var.shape or mean.shape != noise.shape:
        raise ValueError("shapes")
    return mean.detach() + (0.5 * log_var.detach()).exp() * noise
