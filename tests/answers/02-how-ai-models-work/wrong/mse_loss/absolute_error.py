# caught by: mean-of-squares
"""Takes the absolute error: a sensible loss, but another one."""


def mse_loss(predictions, targets):
    if predictions.shape != targets.shape:
        raise ValueError(f"shapes differ: {tuple(predictions.shape)} and {tuple(targets.shape)}")
    return (predictions - targets).abs().mean()


def gradient(weight, sizes, prices):
    return 2 * ((weight * sizes - prices) * sizes).mean()
