# caught by: mixes
"""Adds the bias after the bend."""


def rnn_cell(x, h, W, U, b):
    if x.shape[0] != h.shape[0]:
        raise ValueError("rows")
    return torch.tanh(x @ W.T + h @ U.T) + b
