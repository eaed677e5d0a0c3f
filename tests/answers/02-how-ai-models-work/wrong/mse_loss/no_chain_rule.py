# caught by: slope
"""Stops at the outer derivative: the size, the inner one, is missing."""


def mse_loss(predictions, targets):
    if predictions.shape != targets.shape:
        raise ValueError(f"shapes differ: {tuple(predictions.shape)} and {tuple(targets.shape)}")
    return ((predictions - targets) ** 2).mean()


def gradient(weight, sizes, prices):
    return 2 * (weight * sizes - prices).mean()
