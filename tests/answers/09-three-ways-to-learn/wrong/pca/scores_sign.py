# caught by: scores
"""The components get a fixed sign, the scores are forgotten."""


def pca(points, k):
    if points.dim() != 2 or len(points) < 2 or not 1 <= k <= min(points.shape):
        raise ValueError("shape or k")
    if bool((points == points[0]).all()):
        raise ValueError("all points are equal")
    centred = points - points.mean(0)
    u, s, rows = torch.linalg.svd(centred, full_matrices=False)
    scores = centred @ rows[:k].T
    largest = rows[:k].abs().argmax(1)
    components = -rows[:k] * rows[torch.arange(k), largest].sign()[:, None]
    shares = s[:k] ** 2 / (s**2).sum()
    return components, scores.abs() * scores[0].sign(), shares
