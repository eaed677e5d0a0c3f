# caught by: directions
"""eigh gives columns; this one takes rows of the table."""


def pca(points, k):
    if points.dim() != 2 or len(points) < 2 or k < 1 or k > min(points.shape):
        raise ValueError("shape or k")
    if all(bool((row == points[0]).all()) for row in points):
        raise ValueError("all points are equal")
    centred = points - points.mean(dim=0, keepdim=True)
    size = centred.abs().max()
    covariance = (centred / size).T @ (centred / size)
    values, vectors = torch.linalg.eigh(covariance)
    order = values.argsort(descending=True)[:k]
    components = vectors[order]
    return components, centred @ components.T, values[order].clamp(min=0) / values.sum()
