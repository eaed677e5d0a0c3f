# caught by: own-velocity
"""In the first step the velocity is the gradient itself."""


def sgd_momentum_step(weight, gradient, velocity, rate, momentum=0.9):
    if momentum < 0 or momentum >= 1 or rate <= 0:
        raise ValueError("no such step")
    if velocity is None:
        return weight - rate * gradient, gradient
    velocity = momentum * velocity + gradient
    return weight - rate * velocity, velocity
