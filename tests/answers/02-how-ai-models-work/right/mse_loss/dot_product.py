"""A dot product instead of a mean; the slope as a plain float."""


def mse_loss(predictions, targets):
    if predictions.shape != targets.shape:
        raise ValueError(f"shapes differ: {tuple(predictions.shape)} and {tuple(targets.shape)}")
    error = (predictions - targets).flatten()
    return error @ error / error.numel()


def gradient(weight, sizes, prices):
    error = weight * sizes - prices
    return float(2 / len(sizes) * torch.dot(error, sizes))
