# caught by: to-the-end
"""Stops as soon as the loss rises, which hides that the rate is too large."""


def fit_weight(sizes, prices, learning_rate, steps, start=0.0):
    weight, losses = float(start), []
    for _ in range(steps):
        error = weight * sizes - prices
        loss = float((error**2).mean())
        if losses and loss > losses[-1]:
            break
        losses.append(loss)
        weight -= learning_rate * 2 * float((error * sizes).mean())
    return weight, losses
