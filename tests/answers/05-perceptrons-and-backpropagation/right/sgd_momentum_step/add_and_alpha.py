"""With torch.add and its factor."""


def sgd_momentum_step(weight, gradient, velocity, rate, momentum=0.9):
    if momentum < 0 or momentum >= 1 or rate <= 0:
        raise ValueError("no such step")
    v = torch.zeros_like(gradient) if velocity is None else velocity * momentum
    v = torch.add(v, gradient)
    return torch.add(weight, v, alpha=-rate), v
