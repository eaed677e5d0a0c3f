"""A helper, and the terms the other way round."""


def spread(v):
    return (v / 2).exp()


def reparameterize(mean, log_var, noise):
    if mean.shape != log_var.shape or mean.shape != noise.shape:
        raise ValueError("shapes")
    return spread(log_var).mul(noise).add(mean)
