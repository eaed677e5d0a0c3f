# caught by: slope
"""Multiplies the mean error by the mean size instead of house by house."""


def mse_loss(predictions, targets):
    if predictions.shape != targets.shape:
        raise ValueError(f"shapes differ: {tuple(predictions.shape)} and {tuple(targets.shape)}")
    return ((predictions - targets) ** 2).mean()


def gradient(weight, sizes, prices):
    return 2 * (weight * sizes - prices).mean() * sizes.mean()
