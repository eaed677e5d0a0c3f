# caught by: next-token
"""The targets are the inputs."""


def bptt_batches(documents, length):
    if length < 1:
        raise ValueError("length")
    pieces = []
    for one in documents:
        for i in range(0, len(one), length):
            pieces.append((one[i : i + length], one[i : i + length], i == 0))
    return pieces
