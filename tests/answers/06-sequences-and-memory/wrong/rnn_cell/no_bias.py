# caught by: mixes
"""The bias is forgotten."""


def rnn_cell(x, h, W, U, b):
    if x.shape[0] != h.shape[0]:
        raise ValueError("rows")
    return torch.tanh(x @ W.T + h @ U.T)
