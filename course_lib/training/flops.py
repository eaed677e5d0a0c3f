"""What training costs: the 6ND rule (Kaplan et al. 2020, section 2.1; lesson 02)."""


def training_flops(n_params: float | int, n_tokens: float | int) -> float:
    """Return about how many floating-point operations training takes: 6 x parameters x tokens.

    2 per parameter and token forwards (multiply, add), 4 backwards. Attention over the context is left out.
    Raises ValueError for a negative number.
    """
    if n_params < 0 or n_tokens < 0:
        raise ValueError(f"n_params={n_params}, n_tokens={n_tokens}; expected 0 or more")
    return 6.0 * n_params * n_tokens


def training_time(
    n_params: float | int, n_tokens: float | int, flops_per_s: float | int, utilisation: float | int = 1.0
) -> float:
    """Return the seconds of training on hardware with a peak of `flops_per_s`, a share of it used.

    Raises ValueError unless flops_per_s > 0 and 0 < utilisation <= 1.
    """
    if not flops_per_s > 0:
        raise ValueError(f"flops_per_s={flops_per_s}; expected more than 0")
    if not 0 < utilisation <= 1:
        raise ValueError(f"utilisation={utilisation}; expected a share, more than 0 and at most 1")
    return training_flops(n_params, n_tokens) / (flops_per_s * utilisation)


def achieved_flops(n_params: float | int, tokens_per_s: float | int) -> float:
    """Return the floating-point operations per second that a measured training speed amounts to."""
    return training_flops(n_params, tokens_per_s)
