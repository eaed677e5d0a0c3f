# caught by: step
"""Another step if none is given."""


def numerical_gradient(f, x, h=0.1):
    if h <= 0:
        raise ValueError("a step above 0")
    slopes = []
    for i in range(len(x)):
        up, down = list(x), list(x)
        up[i] += h
        down[i] -= h
        slopes.append((f(up) - f(down)) / (2 * h))
    return slopes
