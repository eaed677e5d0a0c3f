# caught by: back-or-stay
"""Against 'you ask once more, to prove it' and 'a third time after a rollback': the first score is written down
again instead."""


def rollback_drill(weights, release, score, floor):
    for name, tensor in release.items():
        if name not in weights or weights[name].shape != tensor.shape:
            raise ValueError(name)
    service = {name: tensor.clone() for name, tensor in weights.items()}
    before = score(service)
    for name, tensor in release.items():
        service[name] = tensor.clone()
    after = score(service)
    if after >= floor:
        return service, [before, after]
    return {name: tensor.clone() for name, tensor in weights.items()}, [before, after, before]
