# caught by: empty
"""A centroid without points starts again at some point: sensible elsewhere, not what is asked."""


def kmeans_step(points, centroids):
    if (
        points.dim() != 2
        or centroids.dim() != 2
        or points.shape[1] != centroids.shape[1]
        or len(centroids) == 0
    ):
        raise ValueError("shapes")
    distances = (points[:, None] - centroids[None]).square().sum(-1)
    nearest = distances.argmin(1)
    moved = centroids.clone()
    for k in range(len(centroids)):
        mine = points[nearest == k]
        if len(mine):
            moved[k] = mine.mean(0)
        elif len(points):
            moved[k] = points[int(torch.randint(len(points), (1,)))]
    return moved, nearest
