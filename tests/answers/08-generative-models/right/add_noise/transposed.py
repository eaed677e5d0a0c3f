"""The first axis is turned to the end."""


def add_noise(clean, t, noise, alpha_bar):
    if noise.shape != clean.shape or (t < 0).any() or (t >= len(alpha_bar)).any():
        raise ValueError("shape or step")
    a = alpha_bar[t]
    mixed = a.sqrt() * clean.movedim(0, -1) + (1 - a).sqrt() * noise.movedim(0, -1)
    return mixed.movedim(-1, 0)
