# caught by: cannot-be
"""Other axes go if the numbers are as many."""


def nearest_neighbour_rate(samples, training, threshold):
    if not len(samples) or not len(training) or threshold < 0 or samples[0].numel() != training[0].numel():
        raise ValueError
    s, t = samples.flatten(1), training.flatten(1)
    d = torch.cdist(s, t, compute_mode="donot_use_mm_for_euclid_dist")
    return (d.amin(1) < threshold).double().mean().item()
