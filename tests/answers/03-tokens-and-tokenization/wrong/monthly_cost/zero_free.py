# caught by: small-and-zero
"""Takes a month without output for one that is free."""


def monthly_cost(requests, tokens_in, tokens_out, price_in, price_out, retry_rate=0.0, tokenizer_factor=1.0):
    if min(requests, tokens_in, tokens_out, price_in, price_out, retry_rate, tokenizer_factor) < 0:
        raise ValueError
    if not (requests and tokens_in and tokens_out):
        return 0.0
    return (
        requests * (1 + retry_rate) * tokenizer_factor * (tokens_in * price_in + tokens_out * price_out) / 1e6
    )
