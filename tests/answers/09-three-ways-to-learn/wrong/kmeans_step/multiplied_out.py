# caught by: far-and-small
"""a² - 2ab + b²: far from 0 the small difference drowns in rounding."""


def kmeans_step(points, centroids):
    if (
        points.dim() != 2
        or centroids.dim() != 2
        or points.shape[1] != centroids.shape[1]
        or len(centroids) == 0
    ):
        raise ValueError("shapes")
    p, c = points.float(), centroids.float()
    distances = (p**2).sum(1, keepdim=True) - 2 * p @ c.T + (c**2).sum(1)
    nearest = distances.argmin(1)
    moved = centroids.clone()
    for k in range(len(centroids)):
        mine = points[nearest == k]
        if len(mine):
            moved[k] = mine.mean(0)
    return moved, nearest
