# caught by: mixes
"""x @ W: right only for weights stored the other way round."""


def rnn_cell(x, h, W, U, b):
    if x.shape[0] != h.shape[0]:
        raise ValueError("rows")
    return torch.tanh(x @ W.reshape(x.shape[1], -1) + h @ U + b)
