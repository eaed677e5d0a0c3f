"""Computes beta for all steps first."""


def denoise_step(noisy, t, guessed_noise, fresh_noise, alpha_bar):
    N = len(alpha_bar) - 1
    if t not in range(1, N + 1) or len({noisy.shape, guessed_noise.shape, fresh_noise.shape}) > 1:
        raise ValueError
    beta = 1 - alpha_bar[1:] / alpha_bar[:-1]
    i = t - 1
    mean = (noisy - beta[i] / (1 - alpha_bar[t]) ** 0.5 * guessed_noise) / (1 - beta[i]) ** 0.5
    sigma = (beta[i] * (1 - alpha_bar[i]) / (1 - alpha_bar[t])) ** 0.5
    return mean + sigma * fresh_noise
