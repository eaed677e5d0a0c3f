# caught by: any-number
"""Compares with `is`; Python keeps only small whole numbers (up to 256) once, so larger symbols that are
equal are counted as wrong. The text: "the share of right answers", "symbols, whole numbers from 0 on".
"""


def recall_at(answer, sequences: list[list[int]], distances: list[int]) -> dict[int, float | None]:
    if any(k < 1 for k in distances):
        raise ValueError("distances begin at 1")
    found = {}
    for k in distances:
        asked = [sequence for sequence in sequences if len(sequence) >= k]
        right = [sequence for sequence in asked if answer(sequence, k) is sequence[-k]]
        found[k] = len(right) / len(asked) if asked else None
    return found
