# caught by: back-or-stay
"""Against 'Its tensors share nothing with what was given': after a rollback the caller's own tensors are in
service."""


def rollback_drill(weights, release, score, floor):
    for name, tensor in release.items():
        if name not in weights or weights[name].shape != tensor.shape:
            raise ValueError(name)
    service = {name: tensor.clone() for name, tensor in weights.items()}
    scores = [score(service)]
    for name, tensor in release.items():
        service[name] = tensor.clone()
    scores.append(score(service))
    if not scores[-1] >= floor:
        service = dict(weights)
        scores.append(score(service))
    return service, scores
