# caught by: slopes
"""Saves the work where the image is blank under the kernel: the numbers are right, but the images get no
gradient from those places; the text: "Gradients flow to images, weight and bias".
"""


def conv2d(images, weight, bias=None, stride=1, padding=0):
    if images.shape[1] != weight.shape[1] or stride < 1 or padding < 0:
        raise ValueError("channels, stride or padding")
    if bias is not None and bias.shape != (weight.shape[0],):
        raise ValueError("bias")
    padded = F.pad(images, (padding,) * 4)
    h, w = weight.shape[2:]
    if h > padded.shape[2] or w > padded.shape[3]:
        raise ValueError("kernel too large")
    blank = images.new_zeros(images.shape[0], weight.shape[0])
    rows = []
    for y in range(0, padded.shape[2] - h + 1, stride):
        row = []
        for x in range(0, padded.shape[3] - w + 1, stride):
            piece = padded[:, :, y : y + h, x : x + w]
            if piece.any():
                row.append(torch.einsum("nchw,ochw->no", piece, weight))
            else:  # most of a digit is paper: nothing to add up
                row.append(blank)
        rows.append(torch.stack(row, dim=-1))
    found = torch.stack(rows, dim=-2)
    return found if bias is None else found + bias[:, None, None]
