# caught by: slope
"""Forgets to divide by n: the gradient of a sum, not of a mean."""


def mse_loss(predictions, targets):
    if predictions.shape != targets.shape:
        raise ValueError(f"shapes differ: {tuple(predictions.shape)} and {tuple(targets.shape)}")
    return ((predictions - targets) ** 2).mean()


def gradient(weight, sizes, prices):
    return 2 * ((weight * sizes - prices) * sizes).sum()
