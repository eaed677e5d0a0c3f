# caught by: far-and-small
"""torch.cdist as it comes: it multiplies out where there are more than 25 rows."""


def kmeans_step(points, centroids):
    if (
        points.dim() != 2
        or centroids.dim() != 2
        or points.shape[1] != centroids.shape[1]
        or len(centroids) == 0
    ):
        raise ValueError("shapes")
    distances = torch.cdist(points, centroids)
    nearest = distances.argmin(1)
    moved = centroids.clone()
    for k in range(len(centroids)):
        mine = points[nearest == k]
        if len(mine):
            moved[k] = mine.mean(0)
    return moved, nearest
