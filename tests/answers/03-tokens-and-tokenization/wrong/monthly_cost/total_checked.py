# caught by: negative
"""Looks only whether the bill is negative, which two negative numbers hide."""


def monthly_cost(requests, tokens_in, tokens_out, price_in, price_out, retry_rate=0.0, tokenizer_factor=1.0):
    one = (tokens_in * price_in + tokens_out * price_out) / 1e6
    total = requests * (1 + retry_rate) * tokenizer_factor * one
    if total < 0:
        raise ValueError("negative")
    return total
