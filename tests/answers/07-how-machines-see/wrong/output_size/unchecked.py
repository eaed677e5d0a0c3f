# caught by: does-not-fit
"""Lets everything pass."""


def output_size(size, kernel, stride=1, padding=0):
    return (size + 2 * padding - kernel) // stride + 1
