# caught by: cannot-be
"""Brings steps into range."""


def add_noise(clean, t, noise, alpha_bar):
    if noise.shape != clean.shape:
        raise ValueError
    t = t.clamp(0, len(alpha_bar) - 1)
    a = alpha_bar[t].reshape([len(t)] + [1] * (clean.ndim - 1))
    return a.sqrt() * clean + (1 - a).sqrt() * noise
