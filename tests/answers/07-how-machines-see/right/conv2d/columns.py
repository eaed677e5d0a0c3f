"""Unfolds the pieces into columns and multiplies two tables."""


def conv2d(images, weight, bias=None, stride=1, padding=0):
    n_out, C, h, w = weight.shape
    N, c, Y, X = images.shape
    if c != C or stride < 1 or padding < 0 or h > Y + 2 * padding or w > X + 2 * padding:
        raise ValueError("these do not fit together")
    if bias is not None and bias.shape != torch.Size([n_out]):
        raise ValueError("one bias per kernel")
    columns = F.unfold(images, (h, w), padding=padding, stride=stride)  # (N, C h w, places)
    found = weight.reshape(n_out, -1) @ columns
    if bias is not None:
        found = found + bias.unsqueeze(-1)
    return found.reshape(N, n_out, (Y + 2 * padding - h) // stride + 1, (X + 2 * padding - w) // stride + 1)
