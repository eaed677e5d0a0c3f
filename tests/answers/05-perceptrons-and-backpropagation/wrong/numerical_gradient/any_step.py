# caught by: bad-step
"""Takes a step of 0 or below."""


def numerical_gradient(f, x, h=1e-5):
    slopes = []
    for i in range(len(x)):
        up, down = list(x), list(x)
        up[i] += h
        down[i] -= h
        slopes.append((f(up) - f(down)) / (2 * h))
    return slopes
