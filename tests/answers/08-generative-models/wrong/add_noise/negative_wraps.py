# caught by: cannot-be
"""Step -1 is the last one."""


def add_noise(clean, t, noise, alpha_bar):
    if noise.shape != clean.shape or (t >= len(alpha_bar)).any():
        raise ValueError
    a = alpha_bar[t].reshape([len(t)] + [1] * (clean.ndim - 1))
    return a.sqrt() * clean + (1 - a).sqrt() * noise
