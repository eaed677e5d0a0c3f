# caught by: first-step
"""Does not think of None."""


def sgd_momentum_step(weight, gradient, velocity, rate, momentum=0.9):
    if momentum < 0 or momentum >= 1 or rate <= 0:
        raise ValueError("no such step")
    velocity = momentum * velocity + gradient
    return weight - rate * velocity, velocity
