"""By torch's own optimizer, with its buffer set."""


def sgd_momentum_step(weight, gradient, velocity, rate, momentum=0.9):
    if momentum < 0 or momentum >= 1 or rate <= 0:
        raise ValueError("no such step")
    p = torch.nn.Parameter(weight.clone())
    p.grad = gradient.clone()
    optimizer = torch.optim.SGD([p], lr=rate, momentum=momentum)
    if velocity is not None:
        optimizer.state[p]["momentum_buffer"] = velocity.clone()
    optimizer.step()
    new = optimizer.state[p].get("momentum_buffer")
    return p.detach().clone(), (gradient if momentum == 0 or new is None else new).clone()
