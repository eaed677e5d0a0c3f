"""The scores as U times S, signs turned at random places."""


def pca(points, k):
    if points.dim() != 2 or len(points) < 2 or not 1 <= k <= min(points.shape):
        raise ValueError("shape or k")
    if bool((points == points[0]).all()):
        raise ValueError("all points are equal")
    centred = points - points.mean(0)
    u, s, rows = torch.linalg.svd(centred, full_matrices=False)
    components = rows[:k]
    scores = (u * s)[:, :k]
    shares = s[:k] ** 2 / (s**2).sum()
    sign = torch.ones(k, dtype=points.dtype)
    sign[::2] = -1
    return components * sign[:, None], scores * sign, shares
