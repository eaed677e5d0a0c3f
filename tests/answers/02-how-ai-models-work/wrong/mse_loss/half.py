# caught by: mean-of-squares
"""Copies the 1/2 of some textbooks, which is not the mean."""


def mse_loss(predictions, targets):
    if predictions.shape != targets.shape:
        raise ValueError(f"shapes differ: {tuple(predictions.shape)} and {tuple(targets.shape)}")
    return 0.5 * ((predictions - targets) ** 2).mean()


def gradient(weight, sizes, prices):
    return 2 * ((weight * sizes - prices) * sizes).mean()
