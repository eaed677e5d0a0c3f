"""Asks about one image at a time."""


def shift_robustness(predict, images, labels, shifts=(0, 1, 2)):
    images = images.clone()
    if images.shape[0] == 0:
        raise ValueError("no images")
    if labels.shape[0] != images.shape[0]:
        raise ValueError("labels")
    for d in shifts:
        if d < 0:
            raise ValueError("distance")
    out = {}
    for d in shifts:
        right = 0
        p = torch.nn.functional.pad(images, [d] * 4)
        h, w = images.shape[-2:]
        for i in range(len(images)):
            for top, left in [(d, 0), (d, d + d), (0, d), (d + d, d)]:
                answer = predict(p[i : i + 1, :, top : top + h, left : left + w])
                right += bool(answer[0] == labels[i])
        out[d] = right / (4 * len(images))
    return out
