# caught by: start
"""Appends the final loss as well: one number too many."""


def fit_weight(sizes, prices, learning_rate, steps, start=0.0):
    weight = torch.tensor(float(start), dtype=sizes.dtype, requires_grad=True)
    losses = []
    for _ in range(steps):
        weight.grad = None
        loss = ((weight * sizes - prices) ** 2).mean()
        losses.append(loss.item())
        loss.backward()
        with torch.no_grad():
            weight -= learning_rate * weight.grad
    losses.append(((weight * sizes - prices) ** 2).mean().item())
    return weight.item(), losses
