# caught by: places
"""Adds the one before it divides."""


def output_size(size, kernel, stride=1, padding=0):
    if size < 1 or kernel < 1 or stride < 1 or padding < 0 or kernel > size + 2 * padding:
        raise ValueError("does not fit")
    return (size + 2 * padding - kernel + 1) // stride
