"""Loops over the samples."""


def nearest_neighbour_rate(samples, training, threshold):
    if not len(samples) or not len(training) or samples.shape[1:] != training.shape[1:] or threshold < 0:
        raise ValueError("bad input")
    near = 0
    for sample in samples:
        nearest = min(math.sqrt(((sample - one) ** 2).sum().item()) for one in training)
        near += nearest < threshold
    return near / len(samples)
