# caught by: x-untouched
"""Moves x itself up, down and back: rounding stays behind."""


def numerical_gradient(f, x, h=1e-5):
    if h <= 0:
        raise ValueError("a step above 0")
    slopes = []
    for i in range(len(x)):
        x[i] += h
        up = f(list(x))
        x[i] -= 2 * h
        down = f(list(x))
        x[i] += h
        slopes.append((up - down) / (2 * h))
    return slopes
