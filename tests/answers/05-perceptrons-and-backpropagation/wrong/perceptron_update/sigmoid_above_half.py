# caught by: any-size
"""Squeezes the sum through a sigmoid first and asks for more than 0.5; for a sum such as 1e-9 that rounds
to exactly 0.5 and says 0. The text: "The answer is 1 if weights · point + bias is above 0", "Weights and
points may be large, small".
"""


def perceptron_update(
    weights: torch.Tensor, bias: float, point: torch.Tensor, label: int
) -> tuple[torch.Tensor, float]:
    if label not in (0, 1):
        raise ValueError("label must be 0 or 1")
    said = 1 if torch.sigmoid(torch.dot(weights, point) + bias).item() > 0.5 else 0
    if said < label:
        return weights + point, bias + 1.0
    if said > label:
        return weights - point, bias - 1.0
    return weights.clone(), bias
