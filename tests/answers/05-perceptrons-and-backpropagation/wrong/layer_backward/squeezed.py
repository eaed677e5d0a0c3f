# caught by: any-size
"""Squeezes its results."""


def layer_backward(x, weight, bias, d_out):
    sums = x @ weight + bias
    if d_out.shape != sums.shape:
        raise ValueError("another shape")
    d_sum = d_out * (sums > 0)
    return (d_sum @ weight.T).squeeze(), (x.T @ d_sum).squeeze(), d_sum.sum(dim=0)
