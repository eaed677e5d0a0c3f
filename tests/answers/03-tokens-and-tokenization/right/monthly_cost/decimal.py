"""Exact decimals; the result is made a float."""

from decimal import Decimal


def monthly_cost(requests, tokens_in, tokens_out, price_in, price_out, retry_rate=0.0, tokenizer_factor=1.0):
    given = (requests, tokens_in, tokens_out, price_in, price_out, retry_rate, tokenizer_factor)
    n, into, out, p, q, again, factor = (Decimal(str(number)) for number in given)
    if min(n, into, out, p, q, again, factor) < 0:
        raise ValueError("expected no negative number")
    return float(n * (1 + again) * factor * (into * p + out * q) / 1_000_000)
