"""Rounds up the number of starts."""


def output_size(size, kernel, stride=1, padding=0):
    if min(size, kernel, stride) <= 0 or padding < 0:
        raise ValueError
    starts = size + 2 * padding - kernel + 1
    if starts <= 0:
        raise ValueError
    return -(-starts // stride)
