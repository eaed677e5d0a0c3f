# caught by: gradient
"""Bends the numbers, but lets the gradient pass as if nothing were bent, so that it cannot vanish."""


def rnn_cell(x, h, W, U, b):
    if x.shape[0] != h.shape[0]:
        raise ValueError("as many rows in x as in h")
    mixed = x @ W.T + h @ U.T + b
    return mixed + (torch.tanh(mixed) - mixed).detach()
