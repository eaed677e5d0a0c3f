# caught by: inputs-untouched
"""Subtracts in place and so overwrites the caller's predictions."""


def mse_loss(predictions, targets):
    if predictions.shape != targets.shape:
        raise ValueError(f"shapes differ: {tuple(predictions.shape)} and {tuple(targets.shape)}")
    if predictions.requires_grad:
        predictions = predictions.clone()
    predictions -= targets
    return (predictions**2).mean()


def gradient(weight, sizes, prices):
    return 2 * ((weight * sizes - prices) * sizes).mean()
