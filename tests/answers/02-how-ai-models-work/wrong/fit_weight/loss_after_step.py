# caught by: losses
"""Writes the loss down after the step, so that the first one is lost."""


def fit_weight(sizes, prices, learning_rate, steps, start=0.0):
    weight = torch.tensor(float(start), dtype=sizes.dtype, requires_grad=True)
    losses = []
    for _ in range(steps):
        weight.grad = None
        loss = ((weight * sizes - prices) ** 2).mean()
        loss.backward()
        with torch.no_grad():
            weight -= learning_rate * weight.grad
            losses.append(((weight * sizes - prices) ** 2).mean().item())
    return weight.item(), losses
