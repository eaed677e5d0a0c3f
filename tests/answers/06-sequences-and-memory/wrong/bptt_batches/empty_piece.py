# caught by: short-and-long
"""A document of one token gives a piece without inputs."""


def bptt_batches(documents, length):
    if length < 1:
        raise ValueError("length")
    pieces = []
    for one in documents:
        for i in range(0, max(1, len(one) - 1), length):
            pieces.append(
                (one[i : i + length][: max(0, len(one) - 1 - i)], one[i + 1 : i + length + 1], i == 0)
            )
    return pieces
