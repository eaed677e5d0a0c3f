# caught by: sizes
"""Writes tanh out with exponentials, which overflow."""


def rnn_cell(x, h, W, U, b):
    if x.shape[0] != h.shape[0]:
        raise ValueError("rows")
    z = x @ W.T + h @ U.T + b
    return (z.exp() - (-z).exp()) / (z.exp() + (-z).exp())
