# caught by: shares
"""Shares added up."""


def pca(points, k):
    if points.dim() != 2 or len(points) < 2 or not 1 <= k <= min(points.shape):
        raise ValueError("shape or k")
    if bool((points == points[0]).all()):
        raise ValueError("all points are equal")
    centred = points - points.mean(0)
    u, s, rows = torch.linalg.svd(centred, full_matrices=False)
    components = rows[:k]
    scores = centred @ components.T
    shares = s[:k] ** 2 / (s**2).sum()
    shares = shares.cumsum(0)
    return components, scores, shares
