# caught by: loss-gradient-flows
"""Computes the root mean squared error first and squares it. The value is right, but when the predictions are exact
the gradient is NaN (slope of the root at 0). Violates "the gradient flows to `predictions`"."""


def mse_loss(predictions: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    if predictions.shape != targets.shape:
        raise ValueError(f"{tuple(predictions.shape)} is not {tuple(targets.shape)}")
    difference = predictions - targets
    rmse = torch.sqrt((difference * difference).mean())
    return rmse**2


def gradient(weight: float | torch.Tensor, sizes: torch.Tensor, prices: torch.Tensor) -> torch.Tensor:
    return 2 * ((weight * sizes - prices) * sizes).mean()
