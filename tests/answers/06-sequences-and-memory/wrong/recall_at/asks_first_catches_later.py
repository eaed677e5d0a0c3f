# caught by: long-enough
"""Asks about every sequence, too short ones as well, and lets try/except skip what fails; the one who is
asked (who may count or remember the questions) is asked too often. The text: "Shorter ones are not
asked".
"""


def recall_at(answer, sequences: list[list[int]], distances: list[int]) -> dict[int, float | None]:
    if any(k < 1 for k in distances):
        raise ValueError("distances begin at 1")
    found = {}
    for k in distances:
        right = asked = 0
        for sequence in sequences:
            try:
                right += answer(sequence, k) == sequence[-k]
                asked += 1
            except Exception:
                continue
        found[k] = right / asked if asked else None
    return found
