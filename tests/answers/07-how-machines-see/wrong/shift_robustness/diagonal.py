# caught by: four-ways
"""Moves along the diagonals."""


def shift_robustness(predict, images, labels, shifts=(0, 1, 2)):
    if len(images) == 0 or len(images) != len(labels):
        raise ValueError("nothing to measure")
    if any(d < 0 for d in shifts):
        raise ValueError("negative")
    height, width = images.shape[2:]
    result = {}
    for d in shifts:
        padded = F.pad(images, (d, d, d, d))
        shares = []
        for top, left in ((0, 0), (0, 2 * d), (2 * d, 0), (2 * d, 2 * d)):
            moved = padded[:, :, top : top + height, left : left + width]
            right = predict(moved) == labels
            shares.append(int(right.sum()) / len(images))
        result[d] = sum(shares) / len(shares)
    return result
