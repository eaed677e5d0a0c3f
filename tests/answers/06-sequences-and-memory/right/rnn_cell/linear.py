"""The ready functions of torch for both products."""


def rnn_cell(x, h, W, U, b):
    if x.shape[0] != h.shape[0]:
        raise ValueError("rows")
    linear = torch.nn.functional.linear
    return torch.tanh(linear(x, W, b) + linear(h, U))
