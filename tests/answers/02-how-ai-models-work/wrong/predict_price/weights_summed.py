# caught by: adds-up
"""Adds the features first and multiplies by one common weight."""


def predict_price(features, weights, bias=0.0):
    if features.shape[-1] != weights.shape[0]:
        raise ValueError(f"{features.shape[-1]} features need as many weights, found {weights.shape[0]}")
    return features.sum(dim=-1) * weights.mean() + bias
