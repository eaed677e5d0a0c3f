"""torch's own loss, and autograd for the slope."""

import torch.nn.functional as F


def mse_loss(predictions, targets):
    if predictions.shape != targets.shape:
        raise ValueError(f"shapes differ: {tuple(predictions.shape)} and {tuple(targets.shape)}")
    return F.mse_loss(predictions, targets)


def gradient(weight, sizes, prices):
    w = torch.as_tensor(weight, dtype=sizes.dtype).detach().clone().requires_grad_()
    loss = ((w * sizes - prices) ** 2).mean()
    return torch.autograd.grad(loss, w)[0]
