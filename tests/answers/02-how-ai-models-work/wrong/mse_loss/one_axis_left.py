# caught by: loss-tensor
"""Keeps an axis of length 1: a table with one loss in it."""


def mse_loss(predictions, targets):
    if predictions.shape != targets.shape:
        raise ValueError("shapes differ")
    return ((predictions - targets) ** 2).mean().reshape(1)


def gradient(weight, sizes, prices):
    return 2 * ((weight * sizes - prices) * sizes).mean()
