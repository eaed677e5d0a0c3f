# caught by: negative
"""Looks whether the sum of all numbers is negative."""


def monthly_cost(requests, tokens_in, tokens_out, price_in, price_out, retry_rate=0.0, tokenizer_factor=1.0):
    if requests + tokens_in + tokens_out + price_in + price_out + retry_rate + tokenizer_factor < 0:
        raise ValueError
    return (
        requests * (1 + retry_rate) * tokenizer_factor * (tokens_in * price_in + tokens_out * price_out) / 1e6
    )
