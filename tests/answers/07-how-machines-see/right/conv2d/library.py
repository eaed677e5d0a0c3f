"""torch does it, after the checks."""


def conv2d(images, weight, bias=None, stride=1, padding=0):
    if images.shape[1] != weight.shape[1]:
        raise ValueError("channels")
    if bias is not None and list(bias.shape) != [len(weight)]:
        raise ValueError("bias")
    if stride < 1 or padding < 0:
        raise ValueError("numbers")
    for axis in (2, 3):
        if weight.shape[axis] > images.shape[axis] + 2 * padding:
            raise ValueError("size")
    return F.conv2d(images, weight, bias, stride=stride, padding=padding)
