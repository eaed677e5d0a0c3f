# caught by: one-step
"""Forgets the factor 2: every step is half as long."""


def fit_weight(sizes, prices, learning_rate, steps, start=0.0):
    weight, losses = float(start), []
    for _ in range(steps):
        error = weight * sizes - prices
        losses.append(float((error**2).mean()))
        weight -= learning_rate * float((error * sizes).mean())
    return weight, losses
