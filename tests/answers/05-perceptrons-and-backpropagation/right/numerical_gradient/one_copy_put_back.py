"""Moves one copy and puts the number itself back."""


def numerical_gradient(f, x, h=1e-5):
    if h <= 0:
        raise ValueError("a step above 0")
    values, slopes = list(x), []
    for i, kept in enumerate(x):
        values[i] = kept + h
        up = f(list(values))
        values[i] = kept - h
        down = f(list(values))
        values[i] = kept
        slopes.append((up - down) / (2 * h))
    return slopes
