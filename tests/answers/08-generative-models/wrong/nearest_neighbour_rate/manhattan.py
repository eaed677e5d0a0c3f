# caught by: nearest
"""Sums of absolute differences."""


def nearest_neighbour_rate(samples, training, threshold):
    if not len(samples) or not len(training) or samples.shape[1:] != training.shape[1:] or threshold < 0:
        raise ValueError("bad input")
    s, t = samples.flatten(1), training.flatten(1)
    return (torch.cdist(s, t, p=1).amin(1) < threshold).double().mean().item()
