# caught by: velocity-then-weight
"""The rate inside v: the same as long as the rate stays the same."""


def sgd_momentum_step(weight, gradient, velocity, rate, momentum=0.9):
    if momentum < 0 or momentum >= 1 or rate <= 0:
        raise ValueError("no such step")
    if velocity is None:
        velocity = torch.zeros_like(weight)
    velocity = momentum * velocity + rate * gradient
    return weight - velocity, velocity
