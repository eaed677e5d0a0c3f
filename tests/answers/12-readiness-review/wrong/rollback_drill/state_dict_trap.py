# caught by: back-or-stay
"""The backup holds the same tensors, and the release is copied into them."""


def rollback_drill(weights, release, score, floor):
    for name, tensor in release.items():
        if name not in weights or tensor.shape != weights[name].shape:
            raise ValueError("does not fit")
    service = {name: tensor.clone() for name, tensor in weights.items()}
    backup = dict(service)
    scores = [score(service)]
    for name, tensor in release.items():
        service[name].copy_(tensor)
    scores.append(score(service))
    if not scores[-1] >= floor:
        service = backup
        scores.append(score(service))
    return service, scores
