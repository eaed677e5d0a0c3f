# caught by: formula
"""Pays the input price for all tokens."""


def monthly_cost(requests, tokens_in, tokens_out, price_in, price_out, retry_rate=0.0, tokenizer_factor=1.0):
    if min(requests, tokens_in, tokens_out, price_in, price_out, retry_rate, tokenizer_factor) < 0:
        raise ValueError("negative")
    one = (tokens_in + tokens_out) * price_in / 1e6
    return requests * (1 + retry_rate) * tokenizer_factor * one
