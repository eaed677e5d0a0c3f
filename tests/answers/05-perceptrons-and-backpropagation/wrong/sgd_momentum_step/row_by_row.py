# caught by: any-shape
"""Builds the result by a loop over the first axis and torch.stack; a tensor without axes (a single number)
can't be iterated over. The text: "with any number of axes".
"""


def sgd_momentum_step(
    weight: torch.Tensor,
    gradient: torch.Tensor,
    velocity: torch.Tensor | None,
    rate: float,
    momentum: float = 0.9,
) -> tuple[torch.Tensor, torch.Tensor]:
    if not 0 <= momentum < 1 or rate <= 0:
        raise ValueError("momentum from 0 to below 1, rate above 0")
    if velocity is None:
        velocity = torch.zeros_like(weight)
    weights, velocities = [], []
    for w, g, v in zip(weight, gradient, velocity):
        v = momentum * v + g
        velocities.append(v)
        weights.append(w - rate * v)
    return torch.stack(weights), torch.stack(velocities)
