"""A dot product of tokens and prices; returns a NumPy number."""

import numpy as np


def monthly_cost(requests, tokens_in, tokens_out, price_in, price_out, retry_rate=0.0, tokenizer_factor=1.0):
    tokens, prices = np.array([tokens_in, tokens_out]), np.array([price_in, price_out])
    scale = np.array([requests, 1 + retry_rate, tokenizer_factor])
    if min(tokens.min(), prices.min(), requests, retry_rate, tokenizer_factor) < 0:
        raise ValueError("a number is negative")
    return scale.prod() * (tokens @ prices) * 1e-6
