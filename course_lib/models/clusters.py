"""Structure without labels: groups by k-means, and directions by principal components (lesson 09).

Letters at line ends: N points, D numbers of a point, K groups or directions.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor


def kmeans_step(points: Tensor, centroids: Tensor) -> tuple[Float[Tensor, "k d"], Int[Tensor, " n"]]:
    """Give each point (N, D) to its nearest centroid (K, D), then move each centroid to the mean of its points.

    Of equally near centroids the first gets the point; one that gets none stays where it is. Returns the moved
    centroids, and the number of each point's centroid before the move. Raises ValueError for other shapes, or without a
    centroid.
    """
    if points.ndim != 2 or centroids.ndim != 2 or points.shape[1] != centroids.shape[1] or not len(centroids):
        raise ValueError(
            f"points.shape={tuple(points.shape)}, centroids.shape={tuple(centroids.shape)}; expected (N, D) and (K, "
            "D), K of at least 1"
        )
    # without the matrix product, small differences far from 0 stay what they are
    distances = torch.cdist(points, centroids, compute_mode="donot_use_mm_for_euclid_dist")  # (N, K)
    nearest = distances.argmin(dim=1)
    moved = centroids.clone()
    for k in nearest.unique().tolist():
        moved[k] = points[nearest == k].mean(dim=0)
    return moved, nearest


@dataclass(frozen=True)
class Groups:
    """What k-means ended with: centroids (K, D), the number of each point's group (N,), and what is left.

    Attributes:
        steps: how many it took until no point changed its group.
        left: the mean squared distance of a point to its centroid.
    """

    centroids: Tensor
    nearest: Tensor
    steps: int
    left: float


def kmeans(points: Float[Tensor, "n d"], k: int, generator: torch.Generator, most: int = 100) -> Groups:
    """Group points, starting at k of them that are spread out: each is drawn by its squared distance to those before.

    Stops when no point changes its group, or after `most` steps. The start is k-means++ (Arthur and Vassilvitskii,
    2007), the steps are Lloyd's (1957, published 1982). Raises ValueError unless 1 <= k <= N.
    """
    if not 1 <= k <= len(points):
        raise ValueError(f"k={k}; expected 1 to {len(points)}, the number of points")
    chosen = [int(torch.randint(len(points), (1,), generator=generator))]
    away = torch.full((len(points),), torch.inf, dtype=points.dtype)
    while len(chosen) < k:
        away = torch.minimum(away, (points - points[chosen[-1]]).square().sum(dim=1))
        weights = away if bool((away > 0).any()) else torch.ones_like(away)
        chosen.append(int(torch.multinomial(weights, 1, generator=generator)))
    centroids, before, step = points[chosen].clone(), None, 0
    while step < most:
        step += 1
        centroids, nearest = kmeans_step(points, centroids)
        if before is not None and torch.equal(nearest, before):
            break
        before = nearest
    left = float((points - centroids[nearest]).square().sum(dim=1).mean())
    return Groups(centroids, nearest, step, left)


@dataclass(frozen=True)
class Components:
    """Directions of largest variance.

    Attributes:
        mean: (D,), what is subtracted first.
        directions: (K, D), rows of length 1 at right angles; each may as well point the other way.
        shares: (K,), the variance along each by that of all axes together.
    """

    mean: Tensor
    directions: Tensor
    shares: Tensor

    def scores(self, points: Float[Tensor, "n d"]) -> Float[Tensor, "n k"]:
        """Return the coordinates of points along the directions."""
        return (points - self.mean) @ self.directions.T

    def drawn(self, scores: Float[Tensor, "n k"]) -> Float[Tensor, "n d"]:
        """Return the points that have these coordinates, and none along all other directions."""
        return self.mean + scores @ self.directions


def principal_components(points: Tensor, k: int, centre: bool = True) -> Components:
    """Find the k directions along which points (N, D) differ most (Pearson, 1901).

    Args:
        centre: False leaves out to subtract the mean, which is a mistake that the lesson looks at.

    Raises:
        ValueError: k is not between 1 and the smaller of N and D, or all points are equal.
    """
    if points.ndim != 2 or not 1 <= k <= min(points.shape) or bool((points == points[0]).all()):
        raise ValueError(
            f"points.shape={tuple(points.shape)}, k={k}; expected points that differ, and 1 <= k <= min(N, D)"
        )
    mean = points.mean(dim=0) if centre else torch.zeros_like(points[0])
    _, s, rows = torch.linalg.svd(points - mean, full_matrices=False)
    return Components(mean, rows[:k], s.square()[:k] / s.square().sum())
