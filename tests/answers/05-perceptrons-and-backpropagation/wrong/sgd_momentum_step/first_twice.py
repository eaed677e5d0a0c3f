# caught by: first-step
"""Begins with the gradient and adds it once more."""


def sgd_momentum_step(weight, gradient, velocity, rate, momentum=0.9):
    if momentum < 0 or momentum >= 1 or rate <= 0:
        raise ValueError("no such step")
    if velocity is None:
        velocity = gradient
    velocity = momentum * velocity + gradient
    return weight - rate * velocity, velocity
