"""First step and later ones apart."""


def sgd_momentum_step(weight, gradient, velocity, rate, momentum=0.9):
    if not (0 <= momentum < 1):
        raise ValueError("momentum")
    if rate <= 0:
        raise ValueError("rate")
    new_velocity = gradient.clone() if velocity is None else gradient + momentum * velocity
    new_weight = weight.clone()
    new_weight -= rate * new_velocity
    return new_weight, new_velocity
