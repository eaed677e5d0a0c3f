"""Exact fractions."""


def monthly_cost(requests, tokens_in, tokens_out, price_in, price_out, retry_rate=0.0, tokenizer_factor=1.0):
    if min(requests, tokens_in, tokens_out, price_in, price_out, retry_rate, tokenizer_factor) < 0:
        raise ValueError
    from fractions import Fraction

    return float(
        Fraction(requests)
        * (1 + Fraction(retry_rate))
        * Fraction(tokenizer_factor)
        * (Fraction(tokens_in) * Fraction(price_in) + Fraction(tokens_out) * Fraction(price_out))
        / 10**6
    )
