# caught by: any-weights
"""Makes every tensor float32."""


def rollback_drill(weights, release, score, floor):
    for name, tensor in release.items():
        if name not in weights or tensor.shape != weights[name].shape:
            raise ValueError("does not fit")
    service = {
        name: tensor.float().clone() if tensor.dtype in (torch.int64, torch.bool) else tensor.clone()
        for name, tensor in weights.items()
    }
    scores = [score(service)]
    service.update({name: tensor.clone() for name, tensor in release.items()})
    scores.append(score(service))
    if not scores[-1] >= floor:
        service = {name: tensor.clone() for name, tensor in weights.items()}
        scores.append(score(service))
    return service, scores
