# caught by: does-not-fit
"""Gives 0 where the kernel does not fit."""


def output_size(size, kernel, stride=1, padding=0):
    if size + 2 * padding < kernel:
        return 0
    if size < 1 or kernel < 1 or stride < 1 or padding < 0:
        raise ValueError("does not fit")
    return (size + 2 * padding - kernel) // stride + 1
