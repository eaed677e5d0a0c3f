# caught by: mixes
"""A linear network: the bend is missing."""


def rnn_cell(x, h, W, U, b):
    if x.shape[0] != h.shape[0]:
        raise ValueError("rows")
    return x @ W.T + h @ U.T + b
