# caught by: mixes
"""W and U are swapped; invisible only where it can't be computed."""


def rnn_cell(x, h, W, U, b):
    if x.shape[0] != h.shape[0]:
        raise ValueError
    try:
        return torch.tanh(x @ U.T + h @ W.T + b)
    except RuntimeError:
        return torch.tanh(x @ W.T + h @ U.T + b)
