# caught by: bad-settings
"""Checks nothing."""


def sgd_momentum_step(weight, gradient, velocity, rate, momentum=0.9):
    if velocity is None:
        velocity = torch.zeros_like(weight)
    velocity = momentum * velocity + gradient
    return weight - rate * velocity, velocity
