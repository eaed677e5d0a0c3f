# caught by: mixes
"""Gates are sigmoids, the state is not."""


def rnn_cell(x, h, W, U, b):
    if x.shape[0] != h.shape[0]:
        raise ValueError("rows")
    return torch.sigmoid(x @ W.T + h @ U.T + b)
