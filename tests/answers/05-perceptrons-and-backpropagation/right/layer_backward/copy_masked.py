"""Writes zeros into a copy."""


def layer_backward(x, weight, bias, d_out):
    sums = torch.nn.functional.linear(x, weight.T, bias)
    if d_out.shape != (x.shape[0], weight.shape[1]):
        raise ValueError("d_out")
    d = d_out.clone()
    d[sums <= 0] = 0
    ones = torch.ones(len(x), dtype=x.dtype)
    return d @ weight.T, x.T @ d, ones @ d
