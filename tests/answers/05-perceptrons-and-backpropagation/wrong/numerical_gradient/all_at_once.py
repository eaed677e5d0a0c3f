# caught by: central-difference
"""Moves all inputs together."""


def numerical_gradient(f, x, h=1e-5):
    if h <= 0:
        raise ValueError("a step above 0")
    slopes = []
    for i in range(len(x)):
        up, down = [a + h for a in x], [a - h for a in x]
        slopes.append((f(up) - f(down)) / (2 * h))
    return slopes
