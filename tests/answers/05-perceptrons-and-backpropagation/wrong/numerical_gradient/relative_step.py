# caught by: central-difference
"""Moves by a share of the input, and nothing at 0."""


def numerical_gradient(f, x, h=1e-5):
    if h <= 0:
        raise ValueError("a step above 0")
    slopes = []
    for i in range(len(x)):
        up, down = list(x), list(x)
        up[i] *= 1 + h
        down[i] *= 1 - h
        slopes.append((f(up) - f(down)) / (2 * h * x[i]) if x[i] else 0.0)
    return slopes
