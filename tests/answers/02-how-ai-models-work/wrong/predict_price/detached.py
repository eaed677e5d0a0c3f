# caught by: gradient-flows
"""Goes through plain Python numbers, which cuts the gradient."""


def predict_price(features, weights, bias=0.0):
    if features.shape[-1] != weights.shape[0]:
        raise ValueError(f"{features.shape[-1]} features need as many weights, found {weights.shape[0]}")
    rows = features.tolist()
    return torch.tensor([sum(x * float(w) for x, w in zip(row, weights, strict=True)) + bias for row in rows])
