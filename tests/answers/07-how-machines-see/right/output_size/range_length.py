"""The length of a range, which is exact for any size."""


def output_size(size, kernel, stride=1, padding=0):
    for value, least in ((size, 1), (kernel, 1), (stride, 1), (padding, 0)):
        if value < least:
            raise ValueError(f"{value} is below {least}")
    whole = size + padding + padding
    if whole < kernel:
        raise ValueError("does not fit")
    starts = range(0, whole - kernel + 1, stride)
    return (starts[-1] - starts[0]) // stride + 1
