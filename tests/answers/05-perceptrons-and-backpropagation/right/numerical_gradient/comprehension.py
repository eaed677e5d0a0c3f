"""One expression, new lists by slices."""


def numerical_gradient(f, x, h=1e-5):
    if h <= 0:
        raise ValueError("a step above 0")
    return [
        (f(x[:i] + [x[i] + h] + x[i + 1 :]) - f(x[:i] + [x[i] - h] + x[i + 1 :])) / (2 * h)
        for i in range(len(x))
    ]
