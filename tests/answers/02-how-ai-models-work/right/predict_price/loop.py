"""One house after the other, one feature after the other; stacking keeps the gradient."""


def predict_price(features, weights, bias=0.0):
    if features.shape[-1] != weights.shape[0]:
        raise ValueError(f"{features.shape[-1]} features need as many weights, found {weights.shape[0]}")
    prices = []
    for house in features:
        price = torch.as_tensor(bias, dtype=features.dtype)
        for x, w in zip(house, weights, strict=True):
            price = price + x * w
        prices.append(price)
    return torch.stack(prices)
