"""torch's own cell, with one bias of zeros."""


def rnn_cell(x, h, W, U, b):
    if x.shape[0] != h.shape[0]:
        raise ValueError("rows")
    return torch._VF.rnn_tanh_cell(x, h, W, U, b, torch.zeros_like(b))
