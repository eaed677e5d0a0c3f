"""One comprehension, with min for the last piece."""


def bptt_batches(documents, length):
    if length < 1:
        raise ValueError("length")
    return [
        (d[i : min(i + length, len(d) - 1)], d[i + 1 : i + 1 + length], not i)
        for d in documents
        for i in range(0, len(d) - 1, length)
    ]
