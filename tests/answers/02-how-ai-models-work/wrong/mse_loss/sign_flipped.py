# caught by: slope
"""Takes target minus prediction in the gradient: downhill and uphill are swapped."""


def mse_loss(predictions, targets):
    if predictions.shape != targets.shape:
        raise ValueError(f"shapes differ: {tuple(predictions.shape)} and {tuple(targets.shape)}")
    return ((predictions - targets) ** 2).mean()


def gradient(weight, sizes, prices):
    return 2 * ((prices - weight * sizes) * sizes).mean()
