"""Rolls, then wipes what came back on the other side."""


def shift_robustness(predict, images, labels, shifts=(0, 1, 2)):
    n = images.size(0)
    if n == 0 or n != len(labels):
        raise ValueError(f"{n} images, {len(labels)} labels")
    if [d for d in shifts if d < 0]:
        raise ValueError("distances start at 0")
    found = {}
    for d in shifts:
        total = 0.0
        for axis in (2, 3):
            k = min(d, images.size(axis))
            for sign in (1, -1):
                moved = torch.roll(images, sign * k, axis).transpose(axis, -1).clone()
                if k and sign > 0:
                    moved[..., :k] = 0
                elif k:
                    moved[..., -k:] = 0
                total += (predict(moved.transpose(axis, -1)) == labels).sum().item()
        found[d] = total / (4 * n)
    return found
