"""NumPy's shape, which is a tuple of Python ints."""


def shape_of_batch(rows):
    if len({len(row) for row in rows}) != 1:
        raise ValueError("expected rows of one length")
    shape = np.array(rows).shape
    if shape[1] == 0:
        raise ValueError("empty rows")
    return shape
