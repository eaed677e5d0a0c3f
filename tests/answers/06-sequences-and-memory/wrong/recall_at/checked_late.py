# caught by: distance-below-1
"""Looks at the distance only when there is a sequence."""


def recall_at(answer, sequences, distances):
    found = {}
    for k in distances:
        marks = []
        for s in sequences:
            if k < 1:
                raise ValueError
            if len(s) >= k:
                marks.append(answer(s, k) == s[-k])
        found[k] = sum(marks) / len(marks) if marks else None
    return found
