# caught by: mean-of-squares
"""Takes the square root as well: that is the RMSE, another loss with another gradient."""


def mse_loss(predictions, targets):
    if predictions.shape != targets.shape:
        raise ValueError(f"shapes differ: {tuple(predictions.shape)} and {tuple(targets.shape)}")
    return torch.sqrt(((predictions - targets) ** 2).mean())


def gradient(weight, sizes, prices):
    return 2 * ((weight * sizes - prices) * sizes).mean()
