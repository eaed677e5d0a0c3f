"""SciPy's binomial test."""


def choose_adaptation(right, level=0.05):
    from scipy.stats import binomtest

    if not right:
        raise ValueError("no way")
    sizes = [len(answers) for answers in right.values()]
    if min(sizes) != max(sizes) or min(sizes) == 0:
        raise ValueError("lists")
    if level <= 0 or level >= 1 or level != level:
        raise ValueError("level")
    chosen = None
    for name, answers in right.items():
        if chosen is None:
            chosen = name
            continue
        pairs = list(zip(right[chosen], answers))
        b, c = pairs.count((True, False)), pairs.count((False, True))
        if c > b and binomtest(b, b + c).pvalue < level:
            chosen = name
    return chosen
