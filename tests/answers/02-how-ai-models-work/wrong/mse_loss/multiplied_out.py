# caught by: any-shape
"""`mse_loss` multiplies the square out: mean(p*p) - 2 mean(p*t) + mean(t*t). With house prices in float32 the three
terms are near 1e11 and their difference is noise, even negative. Violates "the average of (prediction - target)
squared"."""


def mse_loss(predictions: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    if predictions.shape != targets.shape:
        raise ValueError("the shapes differ")
    # (p - t)^2 = p^2 - 2pt + t^2
    return (predictions**2).mean() - 2 * (predictions * targets).mean() + (targets**2).mean()


def gradient(weight: float | torch.Tensor, sizes: torch.Tensor, prices: torch.Tensor) -> torch.Tensor:
    error = weight * sizes - prices
    return (2 * error * sizes).sum() / sizes.numel()
