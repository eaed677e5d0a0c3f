# caught by: far-and-small
"""A small number on the diagonal, as for an inverse."""


def pca(points, k):
    if points.dim() != 2 or len(points) < 2 or k < 1 or k > min(points.shape):
        raise ValueError("shape or k")
    if all(bool((row == points[0]).all()) for row in points):
        raise ValueError("all points are equal")
    centred = points - points.mean(dim=0, keepdim=True)
    covariance = centred.T @ centred + torch.diag(torch.arange(centred.shape[1])) * 1e-6
    values, vectors = torch.linalg.eigh(covariance)
    order = values.argsort(descending=True)[:k]
    components = vectors[:, order].T
    return components, centred @ components.T, values[order].clamp(min=0) / values.sum()
