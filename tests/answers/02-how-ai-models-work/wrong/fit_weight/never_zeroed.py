# caught by: many-steps
"""Never sets the gradient to zero: backward() adds to the old one, so every step drags the past along."""


def fit_weight(sizes, prices, learning_rate, steps, start=0.0):
    weight = torch.tensor(float(start), dtype=sizes.dtype, requires_grad=True)
    losses = []
    for _ in range(steps):
        loss = ((weight * sizes - prices) ** 2).mean()
        losses.append(loss.item())
        loss.backward()
        with torch.no_grad():
            weight -= learning_rate * weight.grad
    return weight.item(), losses
