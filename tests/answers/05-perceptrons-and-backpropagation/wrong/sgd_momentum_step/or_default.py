# caught by: momentum
"""Takes momentum 0 for missing."""


def sgd_momentum_step(weight, gradient, velocity, rate, momentum=0.9):
    if momentum < 0 or momentum >= 1 or rate <= 0:
        raise ValueError("no such step")
    momentum = momentum or 0.9
    if velocity is None:
        velocity = torch.zeros_like(weight)
    velocity = momentum * velocity + gradient
    return weight - rate * velocity, velocity
