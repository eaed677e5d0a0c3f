"""itertools.islice over inputs and targets."""


def bptt_batches(documents, length):
    if length < 1:
        raise ValueError("length")
    pieces = []
    from itertools import islice

    for document in documents:
        inputs, targets = iter(document[:-1]), iter(document[1:])
        first = True
        while part := list(islice(inputs, length)):
            pieces.append((part, list(islice(targets, length)), first))
            first = False
    return pieces
