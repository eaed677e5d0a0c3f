"""Deep copies of the whole dictionaries."""


def rollback_drill(weights: dict, release: dict, score, floor: float) -> tuple:
    import copy

    for name in release:
        if name not in weights:
            raise ValueError(name)
        if release[name].size() != weights[name].size():
            raise ValueError(name)
    scores = [score(copy.deepcopy(weights))]
    service = copy.deepcopy(weights)
    service.update(copy.deepcopy(release))
    scores += [score(service)]
    if math.isnan(scores[1]) or scores[1] < floor:
        service = copy.deepcopy(weights)
        scores += [score(service)]
    return service, scores
