# caught by: last-step
"""Thinks that step 1 is clean already."""


def denoise_step(noisy, t, guessed_noise, fresh_noise, alpha_bar):
    if t < 1 or t >= len(alpha_bar) or noisy.shape != guessed_noise.shape or noisy.shape != fresh_noise.shape:
        raise ValueError("step or shapes")
    a, b = alpha_bar[t], alpha_bar[t - 1]
    alpha = a / b
    beta = 1 - alpha
    if t == 1:
        return noisy.clone()
    return (noisy - beta / (1 - a).sqrt() * guessed_noise) / alpha.sqrt() + (
        beta * (1 - b) / (1 - a)
    ).sqrt() * fresh_noise
