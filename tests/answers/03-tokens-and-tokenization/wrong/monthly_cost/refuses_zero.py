# caught by: small-and-zero
"""Wants every number but the rate above 0."""


def monthly_cost(requests, tokens_in, tokens_out, price_in, price_out, retry_rate=0.0, tokenizer_factor=1.0):
    if retry_rate < 0 or min(requests, tokens_in, tokens_out, price_in, price_out, tokenizer_factor) <= 0:
        raise ValueError("expected positive numbers")
    one = (tokens_in * price_in + tokens_out * price_out) / 1e6
    return requests * (1 + retry_rate) * tokenizer_factor * one
