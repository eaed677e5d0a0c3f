"""torch's own distances without the matrix product, sums by index_add and counts by bincount."""


def kmeans_step(points: torch.Tensor, centroids: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    if points.ndim != 2 or centroids.ndim != 2:
        raise ValueError(f"two axes, not {points.ndim} and {centroids.ndim}")
    d, (k, d_other) = points.shape[1], centroids.shape
    if d != d_other or k < 1:
        raise ValueError("the axes differ, or no centroid")
    nearest = torch.cdist(points, centroids, compute_mode="donot_use_mm_for_euclid_dist").argmin(dim=1)
    counts = torch.bincount(nearest, minlength=k)
    sums = torch.zeros_like(centroids).index_add_(0, nearest, points)
    means = sums / counts.clamp(min=1)[:, None]
    return torch.where(counts[:, None] > 0, means, centroids), nearest
