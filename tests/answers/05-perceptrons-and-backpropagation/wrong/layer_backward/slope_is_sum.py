# caught by: weights
"""ReLU's result for its slope."""


def layer_backward(x, weight, bias, d_out):
    sums = x @ weight + bias
    if d_out.shape != sums.shape:
        raise ValueError("another shape")
    d_sum = d_out * torch.relu(sums)
    return d_sum @ weight.T, x.T @ d_sum, d_sum.sum(dim=0)
