"""Rows of an identity matrix as directions."""


def numerical_gradient(f, x, h=1e-5):
    if h <= 0:
        raise ValueError("a step above 0")
    start = np.array(x, dtype=float)
    result = []
    for direction in np.eye(len(x)):
        up, down = start + h * direction, start - h * direction
        result.append(float((f(up.tolist()) - f(down.tolist())) / (2 * h)))
    return result
