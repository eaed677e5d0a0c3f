"""Python floats, and no noise in the last step."""


def denoise_step(noisy, t, guessed_noise, fresh_noise, alpha_bar):
    if t < 1 or t >= len(alpha_bar) or noisy.shape != guessed_noise.shape or noisy.shape != fresh_noise.shape:
        raise ValueError("step or shapes")
    a, b = float(alpha_bar[t]), float(alpha_bar[t - 1])
    mean = (noisy - (1 - a / b) / math.sqrt(1 - a) * guessed_noise) / math.sqrt(a / b)
    if t == 1:
        return mean
    return mean + math.sqrt((1 - a / b) * (1 - b) / (1 - a)) * fresh_noise
