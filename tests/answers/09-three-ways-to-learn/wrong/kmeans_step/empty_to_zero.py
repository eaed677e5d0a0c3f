# caught by: empty
"""The sum of no rows, divided by at least 1: an empty centroid jumps to the origin."""


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
        moved[k] = mine.sum(0) / max(len(mine), 1)
    return moved, nearest
