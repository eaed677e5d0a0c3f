"""The mean of the slope up and the slope down: the same formula."""


def numerical_gradient(f, x, h=1e-5):
    if h <= 0:
        raise ValueError("a step above 0")
    here = f(list(x))
    slopes = []
    for i in range(len(x)):
        up, down = x.copy(), x.copy()
        up[i] += h
        down[i] -= h
        slopes.append(((f(up) - here) / h + (here - f(down)) / h) / 2)
    return slopes
