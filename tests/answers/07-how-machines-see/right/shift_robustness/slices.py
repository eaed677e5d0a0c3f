"""Copies slices into zeros."""


def shift_robustness(predict, images, labels, shifts=(0, 1, 2)):
    if not len(images) or len(labels) != len(images) or min([0, *shifts]) < 0:
        raise ValueError("nothing to measure, or a negative distance")

    def share(batch):
        return float((predict(batch) == labels).double().mean())

    def four(d):
        for axis in (2, 3):
            n = images.shape[axis]
            k = min(d, n)
            gap = torch.zeros_like(images.narrow(axis, 0, k))
            rest = n - k
            yield torch.cat([gap, images.narrow(axis, 0, rest)], dim=axis)
            yield torch.cat([images.narrow(axis, n - rest, rest), gap], dim=axis)

    return {d: sum(map(share, four(d))) / 4 if d else share(images) for d in shifts}
