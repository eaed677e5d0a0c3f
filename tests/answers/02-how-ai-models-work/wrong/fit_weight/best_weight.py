# caught by: to-the-end
"""Returns the best weight seen instead of the last: a diverging run looks healthy."""


def fit_weight(sizes, prices, learning_rate, steps, start=0.0):
    weight, losses, weights = float(start), [], []
    for _ in range(steps):
        error = weight * sizes - prices
        losses.append(float((error**2).mean()))
        weights.append(weight)
        weight -= learning_rate * 2 * float((error * sizes).mean())
    final = float(((weight * sizes - prices) ** 2).mean())
    return min(zip([*losses, final], [*weights, weight], strict=True))[1], losses
