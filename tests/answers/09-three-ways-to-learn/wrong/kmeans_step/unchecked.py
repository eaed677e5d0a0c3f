# caught by: other-shapes
"""No checks: shapes that stretch go through."""


def kmeans_step(points, centroids):
    distances = (points[:, None] - centroids[None]).square().sum(-1)
    nearest = distances.argmin(1)
    moved = centroids.clone()
    for k in range(len(centroids)):
        mine = points[nearest == k]
        if len(mine):
            moved[k] = mine.mean(0)
    return moved, nearest
