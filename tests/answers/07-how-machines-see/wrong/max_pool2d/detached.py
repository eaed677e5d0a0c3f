# caught by: slopes
"""No gradient flows."""


def max_pool2d(images, kernel, stride=None, padding=0):
    if stride is None:
        stride = kernel
    if kernel < 1 or stride < 1 or padding < 0 or padding > kernel / 2:
        raise ValueError("numbers")
    padded = F.pad(images, (padding, padding, padding, padding), value=float("-inf"))
    height, width = padded.shape[2:]
    if kernel > height or kernel > width:
        raise ValueError("does not fit")
    rows = []
    for y in range(0, height - kernel + 1, stride):
        row = []
        for x in range(0, width - kernel + 1, stride):
            row.append(padded[:, :, y : y + kernel, x : x + kernel].amax(dim=(2, 3)))
        rows.append(torch.stack(row, dim=-1))
    return torch.stack(rows, dim=-2).detach()
