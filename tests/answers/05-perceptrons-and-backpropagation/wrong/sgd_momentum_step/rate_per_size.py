# caught by: rate
"""Takes a rate above 10 for a percentage and divides it by 100: a rate may be of any size."""


def sgd_momentum_step(weight, gradient, velocity, rate, momentum=0.9):
    if not 0 <= momentum < 1 or rate <= 0:
        raise ValueError("momentum from 0 to below 1, rate above 0")
    if rate > 10:
        rate = rate / 100
    velocity = gradient.clone() if velocity is None else momentum * velocity + gradient
    return weight - rate * velocity, velocity
