# caught by: does-not-fit
"""Asks for the score before it looks whether the release fits."""


def rollback_drill(weights, release, score, floor):
    first = score({name: tensor.clone() for name, tensor in weights.items()})
    for name, tensor in release.items():
        if name not in weights or tensor.shape != weights[name].shape:
            raise ValueError("does not fit")
    service = {name: tensor.clone() for name, tensor in weights.items()}
    scores = [first]
    service.update({name: tensor.clone() for name, tensor in release.items()})
    scores.append(score(service))
    if not scores[-1] >= floor:
        service = {name: tensor.clone() for name, tensor in weights.items()}
        scores.append(score(service))
    return service, scores
