"""torch's own linear layer, computed in float64 and returned so."""


def predict_price(features, weights, bias=0.0):
    if features.shape[-1] != weights.shape[0]:
        raise ValueError(f"{features.shape[-1]} features need as many weights, found {weights.shape[0]}")
    layer = torch.nn.functional.linear(features.double(), weights.double().unsqueeze(0))
    return layer.squeeze(-1) + bias
