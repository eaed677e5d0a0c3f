# caught by: loss-gradient-flows
"""Returns a fresh tensor made from a number: nothing leads back to the weight."""


def mse_loss(predictions, targets):
    if predictions.shape != targets.shape:
        raise ValueError(f"shapes differ: {tuple(predictions.shape)} and {tuple(targets.shape)}")
    return torch.tensor(((predictions - targets) ** 2).mean().item())


def gradient(weight, sizes, prices):
    return 2 * ((weight * sizes - prices) * sizes).mean()
