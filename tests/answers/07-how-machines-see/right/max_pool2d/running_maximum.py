"""Compares moved copies of the image, one per place in the square."""


def max_pool2d(images, kernel, stride=None, padding=0):
    step = kernel if stride is None else stride
    if kernel <= 0 or step <= 0 or padding < 0 or padding * 2 > kernel:
        raise ValueError
    p = F.pad(images, (padding,) * 4, value=-math.inf)
    ny, nx = p.shape[2] - kernel + 1, p.shape[3] - kernel + 1
    if ny < 1 or nx < 1:
        raise ValueError
    best = None
    for i in range(kernel):
        for j in range(kernel):
            part = p[:, :, i : i + ny : step, j : j + nx : step]
            best = part if best is None else torch.maximum(best, part)
    return best.clone()
