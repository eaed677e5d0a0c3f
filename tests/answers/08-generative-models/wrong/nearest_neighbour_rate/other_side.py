# caught by: nearest
"""The share of the training examples that were copied."""


def nearest_neighbour_rate(samples, training, threshold):
    if not len(samples) or not len(training) or samples.shape[1:] != training.shape[1:] or threshold < 0:
        raise ValueError("bad input")
    s, t = samples.flatten(1), training.flatten(1)
    d = torch.cdist(s, t, compute_mode="donot_use_mm_for_euclid_dist")
    return (d.amin(0) < threshold).double().mean().item()
