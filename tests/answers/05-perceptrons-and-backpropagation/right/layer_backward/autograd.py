"""Lets torch do it, on copies that need gradients."""


def layer_backward(x, weight, bias, d_out):
    x, weight, bias = (t.detach().clone().requires_grad_() for t in (x, weight, bias))
    out = torch.relu(x @ weight + bias)
    if out.shape != d_out.shape:
        raise ValueError(d_out.shape)
    out.backward(d_out)
    return x.grad, weight.grad, bias.grad
