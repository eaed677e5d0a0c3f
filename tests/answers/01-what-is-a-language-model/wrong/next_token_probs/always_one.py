# caught by: formula
"""Laplace's 1 in place of the k that was given."""


def next_token_probs(counts, k):
    if k < 0:
        raise ValueError("k must be 0 or above")
    raised = counts.double() + 1
    return raised / raised.sum(dim=-1, keepdim=True)
