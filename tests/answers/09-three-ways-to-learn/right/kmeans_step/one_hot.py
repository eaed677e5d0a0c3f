"""Membership as a table of zeros and ones, the means by a matrix product in double precision."""


def kmeans_step(points, centroids):
    if (
        points.dim() != 2
        or centroids.dim() != 2
        or centroids.shape[0] < 1
        or points.shape[1] != centroids.shape[1]
    ):
        raise ValueError("shapes do not fit")
    p, c = points.double(), centroids.double()
    d = torch.stack([((p - one) ** 2).sum(1) for one in c], dim=1)
    nearest = d.argmin(1)
    member = F.one_hot(nearest, len(c)).double()
    counts = member.sum(0)
    moved = c.clone()
    full = counts > 0
    moved[full] = (member.T @ p)[full] / counts[full, None]
    return moved.to(points.dtype), nearest
