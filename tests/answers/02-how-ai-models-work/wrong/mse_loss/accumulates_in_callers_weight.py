# caught by: slope-anywhere
"""Uses autograd on the tensor that the caller gave and never clears .grad: the second call gives twice the slope."""


def mse_loss(predictions, targets):
    if predictions.shape != targets.shape:
        raise ValueError("shapes differ")
    return ((predictions - targets) ** 2).mean()


def gradient(weight, sizes, prices):
    if not isinstance(weight, torch.Tensor):
        weight = torch.tensor(float(weight))
    weight.requires_grad_(True)
    loss = ((weight * sizes - prices) ** 2).mean()
    loss.backward()
    return weight.grad
