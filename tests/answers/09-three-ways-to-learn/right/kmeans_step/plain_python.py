"""Lists and two loops, as one would do it by hand."""


def squared(a, b):
    return sum((x - y) ** 2 for x, y in zip(a, b))


def kmeans_step(points, centroids):
    if (
        len(points.shape) != 2
        or len(centroids.shape) != 2
        or centroids.shape[0] == 0
        or points.shape[1] != centroids.shape[1]
    ):
        raise ValueError("points (N, D) and centroids (K, D)")
    rows, places = points.tolist(), centroids.tolist()
    nearest = []
    for row in rows:
        distances = [squared(row, place) for place in places]
        nearest.append(distances.index(min(distances)))
    moved = []
    for k, place in enumerate(places):
        mine = [row for row, number in zip(rows, nearest) if number == k]
        moved.append([sum(column) / len(mine) for column in zip(*mine)] if mine else place)
    return torch.tensor(moved, dtype=points.dtype), torch.tensor(nearest, dtype=torch.int64)
