"""torch's table of distances."""


def nearest_neighbour_rate(samples, training, threshold):
    if not len(samples) or not len(training) or samples.shape[1:] != training.shape[1:] or threshold < 0:
        raise ValueError("bad input")
    d = torch.cdist(samples.flatten(1), training.flatten(1))
    return float((d.min(1)[0] < threshold).sum()) / samples.shape[0]
