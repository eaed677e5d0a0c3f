"""Arrays all the way: log(0) is -inf there, with a warning."""


def perplexity(probs):
    p = np.asarray(probs, dtype=float)
    if p.size == 0 or (p < 0).any() or (p > 1).any():
        raise ValueError("probabilities lie between 0 and 1")
    return np.exp(-np.log(p).mean())
