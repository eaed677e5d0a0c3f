# caught by: rows-differ
"""Leaves it to broadcasting: one state serves many inputs."""


def rnn_cell(x, h, W, U, b):
    return torch.tanh(x @ W.T + h @ U.T + b)
