# caught by: large
"""Walks from place to place, for ever if need be."""


def output_size(size, kernel, stride=1, padding=0):
    if size < 1 or kernel < 1 or stride < 1 or padding < 0 or kernel > size + 2 * padding:
        raise ValueError("does not fit")
    n = 0
    while n * stride + kernel <= size + 2 * padding:
        n += 1
    return n
