# caught by: one-house
"""Squeezes every axis of length one, so that a single house loses its axis."""


def predict_price(features, weights, bias=0.0):
    if features.shape[-1] != weights.shape[0]:
        raise ValueError(f"{features.shape[-1]} features need as many weights, found {weights.shape[0]}")
    return (features @ weights.unsqueeze(-1)).squeeze() + bias
