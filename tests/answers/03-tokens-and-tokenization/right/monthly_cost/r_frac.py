"""Exact fractions."""


def monthly_cost(requests, tokens_in, tokens_out, price_in, price_out, retry_rate=0.0, tokenizer_factor=1.0):
    if min(requests, tokens_in, tokens_out, price_in, price_out, retry_rate, tokenizer_factor) < 0:
        raise ValueError
    from fractions import Fraction as F

    return float(
        F(requests)
        * (1 + F(retry_rate))
        * F(tokenizer_factor)
        * (F(tokens_in) * F(price_in) + F(tokens_out) * F(price_out))
        / 10**6
    )
