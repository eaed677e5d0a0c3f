"""k-means and principal components against scikit-learn, and at their corners."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA

from course_lib.models.clusters import kmeans, kmeans_step, principal_components


def cloud(n: int, d: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(n, d, generator=torch.Generator().manual_seed(seed)).double()


def test_steps_end_where_scikit_learn_ends() -> None:
    """From the same start both come to the same centroids."""
    points = torch.cat([cloud(40, 3), cloud(30, 3, 1) + 4, cloud(20, 3, 2) - 5])
    centroids = points[[0, 45, 80]]
    theirs = KMeans(3, init=centroids.numpy(), n_init=1, max_iter=100, tol=0).fit(points.numpy())
    for _ in range(50):
        centroids, nearest = kmeans_step(points, centroids)
    np.testing.assert_allclose(centroids.numpy(), theirs.cluster_centers_, atol=1e-9)
    assert nearest.tolist() == theirs.labels_.tolist()


def test_an_empty_group_stays_and_the_first_of_equal_wins() -> None:
    points = torch.tensor([[0.0], [2.0]])
    centroids = torch.tensor([[1.0], [1.0], [50.0]])
    moved, nearest = kmeans_step(points, centroids)
    assert moved.tolist() == [[1.0], [1.0], [50.0]]
    assert nearest.tolist() == [0, 0]
    moved, nearest = kmeans_step(torch.zeros(0, 1), centroids)
    assert moved.tolist() == centroids.tolist()
    assert len(nearest) == 0
    for one, other in (((3, 2), (2, 3)), ((3, 2), (0, 2)), ((3,), (2, 1))):
        with pytest.raises(ValueError, match="expected"):
            kmeans_step(torch.zeros(one), torch.zeros(other))


def test_a_run_is_settled_and_repeatable() -> None:
    points = cloud(200, 5)
    one, other = (kmeans(points, 7, torch.Generator().manual_seed(3)) for _ in range(2))
    assert torch.equal(one.centroids, other.centroids)
    moved, nearest = kmeans_step(points, one.centroids)
    assert torch.equal(nearest, one.nearest)
    torch.testing.assert_close(moved, one.centroids)
    assert len(kmeans(torch.ones(4, 2), 3, torch.Generator()).centroids) == 3  # equal points
    assert kmeans(points, 200, torch.Generator().manual_seed(0)).left == pytest.approx(0)
    for k in (0, 201):
        with pytest.raises(ValueError, match="number of points"):
            kmeans(points, k, torch.Generator())


def test_components_are_scikit_learns_but_for_the_sign() -> None:
    points = cloud(60, 6) * torch.arange(1.0, 7.0) + 100
    found, theirs = principal_components(points, 4), PCA(4).fit(points.numpy())
    np.testing.assert_allclose(found.shares.numpy(), theirs.explained_variance_ratio_, rtol=1e-9)
    np.testing.assert_allclose(found.directions.abs().numpy(), np.abs(theirs.components_), atol=1e-9)
    np.testing.assert_allclose(
        found.scores(points).abs().numpy(), np.abs(theirs.transform(points.numpy())), atol=1e-8
    )
    whole = principal_components(points, 6)
    torch.testing.assert_close(whole.drawn(whole.scores(points)), points)


def test_components_refuse_what_has_none() -> None:
    for points, k in ((torch.ones(3, 2), 1), (cloud(3, 2), 3), (cloud(3, 2), 0), (torch.zeros(4), 1)):
        with pytest.raises(ValueError, match="expected"):
            principal_components(points, k)
