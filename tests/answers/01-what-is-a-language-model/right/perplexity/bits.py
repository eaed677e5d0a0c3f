"""Through bits: log2 and a power of 2, in NumPy."""


def perplexity(probs):
    p = np.asarray([float(x) for x in probs])
    if p.size == 0 or p.min() < 0 or p.max() > 1:
        raise ValueError("probabilities from 0 to 1, at least one")
    with np.errstate(divide="ignore"):
        return float(2.0 ** -np.log2(p).mean())
