# caught by: far
"""Slices with negative ends: a large distance copies the wrong part."""


def shift_robustness(predict, images, labels, shifts=(0, 1, 2)):
    if len(images) == 0 or len(images) != len(labels):
        raise ValueError("nothing to measure")
    if any(d < 0 for d in shifts):
        raise ValueError("negative")
    height, width = images.shape[2:]
    result = {}
    for d in shifts:
        F.pad(images, (d, d, d, d))
        shares = []
        for top, left in ((d, 0), (d, 2 * d), (0, d), (2 * d, d)):
            moved = torch.zeros_like(images)
            y, x = d - top, d - left
            moved[:, :, max(y, 0) : height + min(y, 0), max(x, 0) : width + min(x, 0)] = images[
                :, :, max(-y, 0) : height - max(y, 0), max(-x, 0) : width - max(x, 0)
            ]
            right = predict(moved) == labels
            shares.append(int(right.sum()) / len(images))
        result[d] = sum(shares) / len(shares)
    return result
