"""Turns each sequence round and counts from 1; the mean by statistics."""


def recall_at(answer, sequences, distances):
    if any(k < 1 for k in distances):
        raise ValueError("distance")
    from statistics import fmean

    def share(k):
        marks = []
        for s in sequences:
            for place, symbol in enumerate(reversed(s), 1):
                if place == k:
                    marks.append(float(answer(s, k) == symbol))
        return fmean(marks) if marks else None

    return {k: share(k) for k in distances}
