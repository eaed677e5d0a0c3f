"""The signs turned and the sum by einsum."""


def kl_divergence(mean, log_var):
    if mean.ndim != 2 or mean.shape != log_var.shape:
        raise ValueError("shapes")
    bracket = 1 + log_var - mean.square() - log_var.exp()
    return torch.einsum("bz->b", bracket) * -0.5
