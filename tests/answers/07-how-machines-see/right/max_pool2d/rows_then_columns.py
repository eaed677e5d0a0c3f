"""First the largest of rows, then of columns."""


def max_pool2d(images, kernel, stride=None, padding=0):
    if stride is None:
        stride = kernel
    if kernel < 1 or stride < 1 or padding < 0 or 2 * padding > kernel:
        raise ValueError("numbers")
    n, c, y, x = images.shape
    if kernel > y + 2 * padding or kernel > x + 2 * padding:
        raise ValueError("size")
    low = images.new_full((n, c, y + 2 * padding, x + 2 * padding), -math.inf)
    low[:, :, padding : padding + y, padding : padding + x] = images
    return low.unfold(2, kernel, stride).max(-1).values.unfold(3, kernel, stride).max(-1).values
