# caught by: slopes
"""Works on numbers without a gradient."""


def conv2d(images, weight, bias=None, stride=1, padding=0):
    n, c, _, _ = images.shape
    o, d, h, w = weight.shape
    if c != d:
        raise ValueError("channels")
    if bias is not None and bias.shape != (o,):
        raise ValueError("bias")
    if stride < 1 or padding < 0:
        raise ValueError("stride or padding")
    padded = F.pad(images, (padding, padding, padding, padding))
    height, width = padded.shape[2:]
    if h > height or w > width:
        raise ValueError("does not fit")
    rows = []
    for y in range(0, height - h + 1, stride):
        row = []
        for x in range(0, width - w + 1, stride):
            piece = padded[:, :, y : y + h, x : x + w]
            row.append(torch.einsum("nchw,ochw->no", piece, weight))
        rows.append(torch.stack(row, dim=-1))
    found = torch.stack(rows, dim=-2)
    if bias is not None:
        found = found + bias[:, None, None]
    return found.detach()
