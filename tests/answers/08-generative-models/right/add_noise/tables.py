"""Two tables of roots, and None for axes."""


def add_noise(clean, t, noise, alpha_bar):
    N = alpha_bar.shape[0] - 1
    if clean.shape != noise.shape or int(t.min()) < 0 or int(t.max()) > N:
        raise ValueError
    keep, put = alpha_bar**0.5, (1 - alpha_bar) ** 0.5
    where = (...,) + (None,) * (clean.dim() - 1)
    return keep[t][where] * clean + put[t][where] * noise
