# caught by: any-inputs
"""Moves the point as a NumPy array and hands that to f; an f that treats its argument as the list that was
promised (appends, concatenates, asks `if v`) computes something else or fails. The text: "f: takes a
list of floats, as long as x".
"""


def numerical_gradient(f: Callable[[list[float]], float], x: list[float], h: float = 1e-5) -> list[float]:
    if h <= 0:
        raise ValueError("h must be above 0")
    point = np.array(x, dtype=float)
    slopes = []
    for i in range(len(point)):
        move = np.zeros(len(point))
        move[i] = h
        slopes.append(float((f(point + move) - f(point - move)) / (2 * h)))
    return slopes
