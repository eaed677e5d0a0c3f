# caught by: gradient
"""Cuts the way back through the state: nothing is learned through time."""


def rnn_cell(x, h, W, U, b):
    if x.shape[0] != h.shape[0]:
        raise ValueError("rows")
    return torch.tanh(x @ W.T + h.detach() @ U.T + b)
