# caught by: rows-differ
"""Refuses only where there are more states than inputs."""


def rnn_cell(x, h, W, U, b):
    if h.shape[0] > x.shape[0]:
        raise ValueError
    return torch.tanh(x @ W.T + h @ U.T + b)
