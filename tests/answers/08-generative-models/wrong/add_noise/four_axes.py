# caught by: mixes
"""Works for images and rows only."""


def add_noise(clean, t, noise, alpha_bar):
    if noise.shape != clean.shape or (t < 0).any() or (t >= len(alpha_bar)).any():
        raise ValueError("shape or step")
    a = alpha_bar[t].view(-1, 1, 1, 1) if clean.ndim == 4 else alpha_bar[t].view(-1, 1)
    return a.sqrt() * clean + (1 - a).sqrt() * noise
