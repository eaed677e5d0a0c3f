# caught by: first-step
"""Damps the first gradient as if it were an old velocity."""


def sgd_momentum_step(weight, gradient, velocity, rate, momentum=0.9):
    if momentum < 0 or momentum >= 1 or rate <= 0:
        raise ValueError("no such step")
    if velocity is None:
        velocity = gradient * (1 - 1 / momentum) if momentum else gradient * 0
    velocity = momentum * velocity + gradient
    return weight - rate * velocity, velocity
