"""Tokens of the month first, then the price of each kind."""


def monthly_cost(requests, tokens_in, tokens_out, price_in, price_out, retry_rate=0.0, tokenizer_factor=1.0):
    for number in (requests, tokens_in, tokens_out, price_in, price_out, retry_rate, tokenizer_factor):
        if number < 0:
            raise ValueError(f"{number} is negative")
    sent = requests + requests * retry_rate
    millions_in = sent * tokens_in * tokenizer_factor / 1_000_000
    millions_out = sent * tokens_out * tokenizer_factor / 1_000_000
    return millions_in * price_in + millions_out * price_out
