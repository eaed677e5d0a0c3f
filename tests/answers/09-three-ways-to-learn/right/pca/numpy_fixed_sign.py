"""NumPy in double precision; the largest entry of each component is made positive."""


def pca(points: torch.Tensor, k: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    if points.ndim != 2:
        raise ValueError(f"two axes, not {points.ndim}")
    n, d = points.shape
    if n < 2 or not 0 < k <= min(n, d):
        raise ValueError(f"{n} points of {d} numbers, k = {k}")
    table = points.detach().numpy().astype(np.float64)
    if np.ptp(table, axis=0).max() == 0:
        raise ValueError("nothing differs")
    table = table - table.mean(axis=0)
    _, s, rows = np.linalg.svd(table, full_matrices=False)
    for row in rows:
        row *= np.sign(row[np.abs(row).argmax()])
    results = rows[:k], table @ rows[:k].T, (s**2 / np.sum(s**2))[:k]
    return tuple(torch.from_numpy(np.ascontiguousarray(part)).to(points.dtype) for part in results)
