# caught by: mismatch
"""Trusts broadcasting: one weight silently serves all features."""


def predict_price(features, weights, bias=0.0):
    return (features * weights).sum(dim=-1) + bias
