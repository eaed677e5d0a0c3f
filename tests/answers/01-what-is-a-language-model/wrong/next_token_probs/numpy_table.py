# caught by: a-float-tensor
"""A NumPy array in place of a tensor."""


def next_token_probs(counts, k):
    if k < 0:
        raise ValueError("k")
    r = counts.double().numpy() + k
    t = r.sum(-1, keepdims=True)
    return np.where(t > 0, r / np.where(t > 0, t, 1), 1 / r.shape[-1])
