# caught by: mixes
"""Bends each part by itself."""


def rnn_cell(x, h, W, U, b):
    if x.shape[0] != h.shape[0]:
        raise ValueError("rows")
    return torch.tanh(x @ W.T) + torch.tanh(h @ U.T + b)
