# caught by: mixes
"""Adds the new state to the old one."""


def rnn_cell(x, h, W, U, b):
    if x.shape[0] != h.shape[0]:
        raise ValueError("rows")
    return h + torch.tanh(x @ W.T + h @ U.T + b)
