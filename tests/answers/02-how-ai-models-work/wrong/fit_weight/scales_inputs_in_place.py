# caught by: inputs-untouched
"""Scales the sizes for a smoother valley, in place: the caller's houses shrink."""


def fit_weight(sizes, prices, learning_rate, steps, start=0.0):
    scale = float(sizes.max())
    sizes /= scale
    weight, losses = float(start) * scale, []
    for _ in range(steps):
        error = weight * sizes - prices
        losses.append(float((error**2).mean()))
        weight -= learning_rate * scale**2 * 2 * float((error * sizes).mean())
    return weight / scale, losses
