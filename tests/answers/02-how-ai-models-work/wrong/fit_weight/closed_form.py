# caught by: one-step
"""Solves for the best weight at once and ignores rate and steps."""


def fit_weight(sizes, prices, learning_rate, steps, start=0.0):
    best = float((sizes * prices).sum() / (sizes * sizes).sum())
    loss = float(((best * sizes - prices) ** 2).mean())
    return best, [loss] * steps
