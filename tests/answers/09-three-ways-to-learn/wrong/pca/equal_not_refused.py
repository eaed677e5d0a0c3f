# caught by: refused
"""Equal points get through: 0 by 0."""


def pca(points, k):
    if points.dim() != 2 or len(points) < 2 or not 1 <= k <= min(points.shape):
        raise ValueError("shape or k")
    centred = points - points.mean(0)
    u, s, rows = torch.linalg.svd(centred, full_matrices=False)
    components = rows[:k]
    scores = centred @ components.T
    shares = s[:k] ** 2 / (s**2).sum()
    return components, scores, shares
