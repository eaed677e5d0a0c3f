# caught by: sizes
"""Drops axes of length 1."""


def rnn_cell(x, h, W, U, b):
    if x.shape[0] != h.shape[0]:
        raise ValueError("rows")
    return torch.tanh(x @ W.T + h @ U.T + b).squeeze()
