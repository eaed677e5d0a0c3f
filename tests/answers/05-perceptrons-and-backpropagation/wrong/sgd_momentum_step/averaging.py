# caught by: velocity-then-weight
"""The form with 1 - m: steps a tenth as long."""


def sgd_momentum_step(weight, gradient, velocity, rate, momentum=0.9):
    if momentum < 0 or momentum >= 1 or rate <= 0:
        raise ValueError("no such step")
    if velocity is None:
        velocity = torch.zeros_like(weight)
    velocity = momentum * velocity + (1 - momentum) * gradient
    return weight - rate * velocity, velocity
