"""With einsum, and where for ReLU."""


def layer_backward(x, weight, bias, d_out):
    sums = torch.einsum("ni,io->no", x, weight) + bias
    if sums.shape != d_out.shape:
        raise ValueError("shape")
    d = torch.where(sums > 0, d_out, torch.zeros_like(d_out))
    return torch.einsum("no,io->ni", d, weight), torch.einsum("ni,no->io", x, d), torch.einsum("no->o", d)
