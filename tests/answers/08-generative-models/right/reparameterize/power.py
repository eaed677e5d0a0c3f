"""A power of e, and a shape check in two steps."""


def reparameterize(mean, log_var, noise):
    for other in (log_var, noise):
        if other.shape != mean.shape:
            raise ValueError(f"{other.shape} is not {mean.shape}")
    return noise * math.e ** (log_var * 0.5) + mean
