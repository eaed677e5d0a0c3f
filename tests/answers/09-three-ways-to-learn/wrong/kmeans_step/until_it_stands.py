# caught by: step
"""Goes on until nothing changes: the whole algorithm instead of one step."""


def kmeans_step(points, centroids):
    if (
        points.dim() != 2
        or centroids.dim() != 2
        or points.shape[1] != centroids.shape[1]
        or len(centroids) == 0
    ):
        raise ValueError("shapes")
    moved = centroids.clone()
    for _ in range(100):
        nearest = (points[:, None] - moved[None]).square().sum(-1).argmin(1)
        before = moved.clone()
        for k in range(len(centroids)):
            if (nearest == k).any():
                moved[k] = points[nearest == k].mean(0)
        if torch.equal(before, moved):
            break
    return moved, nearest
