# caught by: no-inputs
"""Stacks slopes with torch and fails without inputs."""


def numerical_gradient(f, x, h=1e-5):
    if h <= 0:
        raise ValueError("a step above 0")
    start = torch.tensor(x, dtype=torch.float64)
    slopes = []
    for i in range(len(x)):
        move = torch.zeros_like(start)
        move[i] = h
        slopes.append(
            torch.tensor(
                (f((start + move).tolist()) - f((start - move).tolist())) / (2 * h), dtype=torch.float64
            )
        )
    return torch.stack(slopes).tolist()
