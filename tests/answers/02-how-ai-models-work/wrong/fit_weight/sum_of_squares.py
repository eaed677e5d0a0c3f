# caught by: one-step
"""Uses the gradient of the sum: the rate is n times too large."""


def fit_weight(sizes, prices, learning_rate, steps, start=0.0):
    weight, losses = float(start), []
    for _ in range(steps):
        error = weight * sizes - prices
        losses.append(float((error**2).mean()))
        weight -= learning_rate * 2 * float((error * sizes).sum())
    return weight, losses
