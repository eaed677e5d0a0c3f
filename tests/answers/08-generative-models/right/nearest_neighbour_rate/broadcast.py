"""Broadcasts all differences."""


def nearest_neighbour_rate(samples, training, threshold):
    if not len(samples) or not len(training) or samples.shape[1:] != training.shape[1:] or threshold < 0:
        raise ValueError("bad input")
    axes = list(range(2, samples.ndim + 1))
    d = (samples[:, None] - training[None]).pow(2).sum(dim=axes).sqrt()
    return (d < threshold).any(dim=1).float().mean().item()
