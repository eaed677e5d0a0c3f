# caught by: negative
"""A negative distance is its opposite."""


def shift_robustness(predict, images, labels, shifts=(0, 1, 2)):
    if len(images) == 0 or len(images) != len(labels):
        raise ValueError("nothing to measure")
    height, width = images.shape[2:]
    result = {}
    for d in shifts:
        padded = F.pad(images, (abs(d),) * 4)
        shares = []
        for top, left in ((abs(d), 0), (abs(d), 2 * abs(d)), (0, abs(d)), (2 * abs(d), abs(d))):
            moved = padded[:, :, top : top + height, left : left + width]
            right = predict(moved) == labels
            shares.append(int(right.sum()) / len(images))
        result[d] = sum(shares) / len(shares)
    return result
