# caught by: adds-up
"""Averages the products instead of adding them up."""


def predict_price(features, weights, bias=0.0):
    if features.shape[-1] != weights.shape[0]:
        raise ValueError(f"{features.shape[-1]} features need as many weights, found {weights.shape[0]}")
    return (features * weights).mean(dim=-1) + bias
