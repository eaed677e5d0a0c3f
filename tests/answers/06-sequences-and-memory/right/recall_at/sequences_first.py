"""Goes through the sequences first and asks each for all distances."""


def recall_at(answer, sequences, distances):
    if any(k < 1 for k in distances):
        raise ValueError("distance")
    hits = {k: [] for k in distances}
    for sequence in sequences:
        for k in distances:
            if k <= len(sequence):
                hits[k].append(answer(list(sequence), k) == sequence[-k])
    return {k: sum(row) / len(row) if row else None for k, row in hits.items()}
