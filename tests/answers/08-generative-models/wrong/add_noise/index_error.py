# caught by: cannot-be
"""Leaves it to indexing, which raises another error."""


def add_noise(clean, t, noise, alpha_bar):
    if noise.shape != clean.shape or (t < 0).any():
        raise ValueError
    a = alpha_bar[t].reshape([len(t)] + [1] * (clean.ndim - 1))
    return a.sqrt() * clean + (1 - a).sqrt() * noise
