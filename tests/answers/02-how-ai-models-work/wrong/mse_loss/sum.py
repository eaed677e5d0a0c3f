# caught by: mean-of-squares
"""Adds up instead of averaging: the loss grows with the number of houses."""


def mse_loss(predictions, targets):
    if predictions.shape != targets.shape:
        raise ValueError(f"shapes differ: {tuple(predictions.shape)} and {tuple(targets.shape)}")
    return ((predictions - targets) ** 2).sum()


def gradient(weight, sizes, prices):
    return 2 * ((weight * sizes - prices) * sizes).mean()
