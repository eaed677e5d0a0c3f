# caught by: mixes
"""Each number of the state meets only its own weight."""


def rnn_cell(x, h, W, U, b):
    if x.shape[0] != h.shape[0]:
        raise ValueError("rows")
    return torch.tanh(x @ W.T + h * U.diagonal() + b)
