# caught by: sizes
"""Pools at most 256 images, to save memory."""


def max_pool2d(images, kernel, stride=None, padding=0):
    step = kernel if stride is None else stride
    if kernel < 1 or step < 1 or padding < 0 or padding > kernel / 2:
        raise ValueError("numbers")
    if kernel > min(images.shape[-2:]) + 2 * padding:
        raise ValueError("does not fit")
    return F.max_pool2d(images[:256], kernel, step, padding)
