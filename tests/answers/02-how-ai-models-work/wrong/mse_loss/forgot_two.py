# caught by: slope
"""Forgets the 2 that comes down from the square."""


def mse_loss(predictions, targets):
    if predictions.shape != targets.shape:
        raise ValueError(f"shapes differ: {tuple(predictions.shape)} and {tuple(targets.shape)}")
    return ((predictions - targets) ** 2).mean()


def gradient(weight, sizes, prices):
    return ((weight * sizes - prices) * sizes).mean()
