"""A loop over the kernel: each of its weights sees the whole image, moved."""


def conv2d(images, weight, bias=None, stride=1, padding=0):
    o, c, h, w = weight.shape
    if images.shape[1] != c or (bias is not None and tuple(bias.shape) != (o,)) or stride < 1 or padding < 0:
        raise ValueError
    p = torch.zeros(
        images.shape[0], c, images.shape[2] + 2 * padding, images.shape[3] + 2 * padding, dtype=images.dtype
    )
    p[:, :, padding : padding + images.shape[2], padding : padding + images.shape[3]] = images
    ny, nx = (p.shape[2] - h) // stride + 1, (p.shape[3] - w) // stride + 1
    if p.shape[2] < h or p.shape[3] < w:
        raise ValueError
    total = 0
    for i in range(h):
        for j in range(w):
            part = p[:, :, i : i + (ny - 1) * stride + 1 : stride, j : j + (nx - 1) * stride + 1 : stride]
            total = total + torch.tensordot(part, weight[:, :, i, j], dims=([1], [1])).permute(0, 3, 1, 2)
    return total if bias is None else total + bias.view(1, -1, 1, 1)
