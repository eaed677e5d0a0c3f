"""torch does it, after the checks."""


def max_pool2d(images, kernel, stride=None, padding=0):
    stride = kernel if stride is None else stride
    if min(kernel, stride) < 1 or not 0 <= 2 * padding <= kernel:
        raise ValueError("numbers")
    if kernel > min(images.shape[-2:]) + 2 * padding:
        raise ValueError("does not fit")
    return F.max_pool2d(images, kernel, stride, padding)
