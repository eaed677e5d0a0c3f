# caught by: exact-fit
"""A binary search that takes a turn that just fits for one too many."""


def fit_context(system, history, question, budget):
    if len(system) + len(question) > budget:
        raise ValueError
    lo, hi = 0, len(history)
    while lo < hi:
        mid = (lo + hi) // 2
        if len(system) + len(question) + sum(map(len, history[mid:])) < budget:
            hi = mid
        else:
            lo = mid + 1
    return system + sum(history[lo:], []) + question
