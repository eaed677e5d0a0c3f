"""The shortest of several waiting times is a draw."""


def seeded_sample(probabilities, n, seed):
    g = np.random.default_rng(seed)
    p = np.array(probabilities)
    with np.errstate(divide="ignore"):
        times = g.exponential(size=(n, len(p))) / p
    return times.argmin(1).tolist()
