"""One example after the other."""


def add_noise(clean, t, noise, alpha_bar):
    if noise.shape != clean.shape or (t < 0).any() or (t >= len(alpha_bar)).any():
        raise ValueError("shape or step")
    rows = []
    for x, s, e in zip(clean, t.tolist(), noise):
        rows.append(alpha_bar[s].sqrt() * x + (1 - alpha_bar[s]).sqrt() * e)
    return torch.stack(rows)
