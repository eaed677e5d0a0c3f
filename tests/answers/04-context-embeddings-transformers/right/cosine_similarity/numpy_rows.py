"""NumPy in float64, a helper, and errstate for the division."""


def _length(x):
    return np.linalg.norm(x, axis=-1)


def cosine_similarity(a, b):
    x, y = a.detach().cpu().numpy().astype(float), b.detach().cpu().numpy().astype(float)
    if x.shape[-1] != y.shape[-1]:
        raise ValueError(f"{x.shape} against {y.shape}")
    with np.errstate(all="ignore"):
        found = np.nan_to_num((x * y).sum(axis=-1) / (_length(x) * _length(y)))
    return torch.tensor(found)
