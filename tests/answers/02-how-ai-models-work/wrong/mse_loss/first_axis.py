# caught by: any-shape
"""Asks for the first axis, which one number alone does not have."""


def mse_loss(predictions, targets):
    if predictions.shape != targets.shape:
        raise ValueError("shapes differ")
    total = ((predictions - targets) ** 2).sum()
    return total / math.prod(predictions.shape) if predictions.shape[0] > 0 else total


def gradient(weight, sizes, prices):
    return 2 * ((weight * sizes - prices) * sizes).mean()
