# caught by: far-and-small
"""The covariance as mean of products minus product of means, in float32."""


def pca(points, k):
    if points.dim() != 2 or len(points) < 2 or k < 1 or k > min(points.shape):
        raise ValueError("shape or k")
    if all(bool((row == points[0]).all()) for row in points):
        raise ValueError("all points are equal")
    centred = points - points.mean(dim=0, keepdim=True)
    raw, mean = points.float(), points.float().mean(0)
    covariance = (raw.T @ raw / len(raw) - torch.outer(mean, mean)).to(points.dtype)
    values, vectors = torch.linalg.eigh(covariance)
    order = values.argsort(descending=True)[:k]
    components = vectors[:, order].T
    return components, centred @ components.T, values[order].clamp(min=0) / values.sum()
