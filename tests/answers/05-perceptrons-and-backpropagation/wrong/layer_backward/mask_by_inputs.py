# caught by: closed-units
"""Closes inputs below 0 in place of units."""


def layer_backward(x, weight, bias, d_out):
    sums = x @ weight + bias
    if d_out.shape != sums.shape:
        raise ValueError("another shape")
    d_sum = d_out
    return d_sum @ weight.T, torch.relu(x).T @ d_sum, d_sum.sum(dim=0)
