"""NumPy, one sample after the other."""


def nearest_neighbour_rate(samples, training, threshold):
    if not len(samples) or not len(training) or samples.shape[1:] != training.shape[1:] or threshold < 0:
        raise ValueError("bad input")
    s, t = samples.numpy().reshape(len(samples), -1), training.numpy().reshape(len(training), -1)
    return float(np.mean([np.linalg.norm(t - one, axis=1).min() < threshold for one in s]))
