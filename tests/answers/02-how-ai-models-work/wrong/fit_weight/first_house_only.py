# caught by: one-step
"""Looks at one house per step instead of at all of them."""


def fit_weight(sizes, prices, learning_rate, steps, start=0.0):
    weight, losses = float(start), []
    for i in range(steps):
        size, price = float(sizes[i % len(sizes)]), float(prices[i % len(sizes)])
        losses.append(float(((weight * sizes - prices) ** 2).mean()))
        weight -= learning_rate * 2 * (weight * size - price) * size
    return weight, losses
