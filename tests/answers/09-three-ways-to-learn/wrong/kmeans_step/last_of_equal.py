# caught by: ties
"""Of equally near centroids the last one wins (<= in the loop)."""


def kmeans_step(points, centroids):
    if (
        points.dim() != 2
        or centroids.dim() != 2
        or points.shape[1] != centroids.shape[1]
        or len(centroids) == 0
    ):
        raise ValueError("shapes")
    nearest = torch.zeros(len(points), dtype=torch.int64)
    best = torch.full((len(points),), float("inf"), dtype=points.dtype)
    for k, place in enumerate(centroids):
        distance = (points - place).square().sum(1)
        nearer = distance <= best
        nearest[nearer], best[nearer] = k, distance[nearer]
    moved = centroids.clone()
    for k in nearest.unique():
        moved[k] = points[nearest == k].mean(0)
    return moved, nearest
