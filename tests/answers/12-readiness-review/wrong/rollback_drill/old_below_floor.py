# caught by: any-weights
"""Stops with an error if the old weights are below the floor, too."""


def rollback_drill(weights, release, score, floor):
    for name, tensor in release.items():
        if name not in weights or tensor.shape != weights[name].shape:
            raise ValueError("does not fit")
    service = {name: tensor.clone() for name, tensor in weights.items()}
    scores = [score(service)]
    service.update({name: tensor.clone() for name, tensor in release.items()})
    scores.append(score(service))
    if not scores[-1] >= floor:
        service = {name: tensor.clone() for name, tensor in weights.items()}
        scores.append(score(service))
    if len(release) == 0 and not scores[-1] >= floor:
        raise RuntimeError("nothing good enough")
    return service, scores
