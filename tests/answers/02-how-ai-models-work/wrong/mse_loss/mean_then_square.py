# caught by: mean-of-squares
"""Squares the mean error, so that errors of both signs cancel."""


def mse_loss(predictions, targets):
    if predictions.shape != targets.shape:
        raise ValueError(f"shapes differ: {tuple(predictions.shape)} and {tuple(targets.shape)}")
    return (predictions - targets).mean() ** 2


def gradient(weight, sizes, prices):
    return 2 * ((weight * sizes - prices) * sizes).mean()
