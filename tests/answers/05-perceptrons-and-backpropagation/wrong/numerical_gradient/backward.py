# caught by: central-difference
"""Moves down only."""


def numerical_gradient(f, x, h=1e-5):
    if h <= 0:
        raise ValueError("a step above 0")
    slopes = []
    for i in range(len(x)):
        up, down = list(x), list(x)
        up[i] += h
        down[i] -= h
        slopes.append((f(list(x)) - f(down)) / h)
    return slopes
