"""Copies into the tensors in service, with a real backup."""


def rollback_drill(weights, release, score, floor):
    if any(name not in weights or weights[name].shape != release[name].shape for name in release):
        raise ValueError("the release does not fit")
    service, backup = ({k: v.detach().clone() for k, v in weights.items()} for _ in range(2))
    heard = [score(service)]
    for name in release:
        service[name].copy_(release[name])
    heard.append(score(service))
    if heard[1] >= floor:
        return service, heard
    for name in backup:
        service[name].copy_(backup[name])
    heard.append(score(service))
    return service, heard
