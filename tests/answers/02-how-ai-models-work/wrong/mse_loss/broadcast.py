# caught by: shape-mismatch
"""Lets (n,) and (n, 1) broadcast to a table of n x n differences."""


def mse_loss(predictions, targets):
    return ((predictions - targets) ** 2).mean()


def gradient(weight, sizes, prices):
    return 2 * ((weight * sizes - prices) * sizes).mean()
