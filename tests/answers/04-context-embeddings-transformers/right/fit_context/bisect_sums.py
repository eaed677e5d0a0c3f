"""Running sums from the end, and bisect."""


def fit_context(system, history, question, budget):
    import bisect
    import itertools

    room = budget - len(system) - len(question)
    if room < 0:
        raise ValueError("no room")
    ends = list(itertools.accumulate(len(t) for t in reversed(history)))
    n = bisect.bisect_right(ends, room)
    return list(itertools.chain.from_iterable([system, *history[len(history) - n :], question]))
