# caught by: gradient
"""Computes in NumPy: the way back is cut."""


def rnn_cell(x, h, W, U, b):
    if x.shape[0] != h.shape[0]:
        raise ValueError("rows")
    a = [part.detach().numpy() for part in (x, h, W, U, b)]
    return torch.from_numpy(np.tanh(a[0] @ a[2].T + a[1] @ a[3].T + a[4]))
