# caught by: sizes
"""Looks at 256 images at most, to save memory."""


def conv2d(images, weight, bias=None, stride=1, padding=0):
    if images.shape[1] != weight.shape[1] or (bias is not None and bias.shape != weight.shape[:1]):
        raise ValueError("channels or bias")
    if stride < 1 or padding < 0:
        raise ValueError("numbers")
    if any(kernel > size + 2 * padding for kernel, size in zip(weight.shape[2:], images.shape[2:])):
        raise ValueError("does not fit")
    return F.conv2d(images[:256], weight, bias, stride, padding)
