"""One fused operation of torch."""


def reparameterize(mean, log_var, noise):
    if mean.shape != log_var.shape or mean.shape != noise.shape:
        raise ValueError("shapes")
    return torch.addcmul(mean, noise, torch.exp(log_var / 2))
