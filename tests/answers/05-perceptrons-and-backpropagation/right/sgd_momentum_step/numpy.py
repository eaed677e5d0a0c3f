"""With arrays, and torch again at the end."""


def sgd_momentum_step(weight, gradient, velocity, rate, momentum=0.9):
    if momentum < 0 or momentum >= 1:
        raise ValueError(momentum)
    if rate <= 0:
        raise ValueError(rate)
    g = gradient.numpy()
    v = 0 * g if velocity is None else velocity.numpy()
    v = np.asarray(momentum * v + g, dtype=g.dtype)
    w = np.asarray(weight.numpy() - rate * v, dtype=g.dtype)
    return torch.tensor(w), torch.tensor(v)
