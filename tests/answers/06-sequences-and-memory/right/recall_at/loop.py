"""Counts by hand."""


def recall_at(answer, sequences, distances):
    if any(k < 1 for k in distances):
        raise ValueError("distance")
    found = {}
    for k in distances:
        right = asked = 0
        for sequence in sequences:
            if len(sequence) < k:
                continue
            asked += 1
            if answer(sequence, k) == sequence[len(sequence) - k]:
                right += 1
        found[k] = right / asked if asked else None
    return found
