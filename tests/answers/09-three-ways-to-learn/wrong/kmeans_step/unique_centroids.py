# caught by: ties
"""Equal centroids are made one: the table gets shorter."""


def kmeans_step(points, centroids):
    if (
        points.dim() != 2
        or centroids.dim() != 2
        or points.shape[1] != centroids.shape[1]
        or len(centroids) == 0
    ):
        raise ValueError("shapes")
    centroids = torch.stack(
        [torch.tensor(row, dtype=centroids.dtype) for row in dict.fromkeys(map(tuple, centroids.tolist()))]
    )
    distances = (points[:, None] - centroids[None]).square().sum(-1)
    nearest = distances.argmin(1)
    moved = centroids.clone()
    for k in range(len(centroids)):
        mine = points[nearest == k]
        if len(mine):
            moved[k] = mine.mean(0)
    return moved, nearest
