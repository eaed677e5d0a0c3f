# caught by: bias-once
"""Believes that the weights are the whole model: the bias is accepted and never added."""


def predict_price(features, weights, bias=0.0):
    if features.shape[-1] != weights.shape[0]:
        raise ValueError(f"{features.shape[-1]} features need as many weights, found {weights.shape[0]}")
    return features @ weights
