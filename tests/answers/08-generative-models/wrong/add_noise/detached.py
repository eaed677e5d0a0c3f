# caught by: slopes
"""Detaches the data."""


def add_noise(clean, t, noise, alpha_bar):
    if noise.shape != clean.shape or (t < 0).any() or (t >= len(alpha_bar)).any():
        raise ValueError("shape or step")
    a = alpha_bar[t].reshape([len(t)] + [1] * (clean.ndim - 1))
    clean = clean.detach()
    return a.sqrt() * clean + (1 - a).sqrt() * noise
