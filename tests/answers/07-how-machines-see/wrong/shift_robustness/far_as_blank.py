# caught by: far
"""Takes images for blank as soon as the shorter side is passed."""


def shift_robustness(predict, images, labels, shifts=(0, 1, 2)):
    if len(images) == 0 or len(images) != len(labels):
        raise ValueError("nothing to measure")
    if any(d < 0 for d in shifts):
        raise ValueError("negative")
    height, width = images.shape[2:]
    result = {}
    for d in shifts:
        if d >= min(height, width):
            result[d] = float((predict(torch.zeros_like(images)) == labels).double().mean())
            continue
        padded = F.pad(images, (d, d, d, d))
        shares = []
        for top, left in ((d, 0), (d, 2 * d), (0, d), (2 * d, d)):
            moved = padded[:, :, top : top + height, left : left + width]
            right = predict(moved) == labels
            shares.append(int(right.sum()) / len(images))
        result[d] = sum(shares) / len(shares)
    return result
