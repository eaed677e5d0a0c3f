# caught by: bad-label
"""Wraps all in try/except and gives back the old line when anything goes wrong, so its own error for a bad
label is swallowed; the text: "ValueError for a label other than 0 and 1".
"""


def perceptron_update(
    weights: torch.Tensor, bias: float, point: torch.Tensor, label: int
) -> tuple[torch.Tensor, float]:
    try:
        if label not in (0, 1):
            raise ValueError("label must be 0 or 1")
        move = label - int(weights @ point + bias > 0)
        return weights + move * point, bias + move
    except Exception:
        return weights, bias
