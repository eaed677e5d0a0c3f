# caught by: mixes
"""A network without a memory: the old state is not used."""


def rnn_cell(x, h, W, U, b):
    if x.shape[0] != h.shape[0]:
        raise ValueError("rows")
    return torch.tanh(x @ W.T + b)
