"""With divmod, and assertions turned into a ValueError."""


def output_size(size, kernel, stride=1, padding=0):
    try:
        assert size >= 1 and kernel >= 1 and stride >= 1 and padding >= 0
        steps, _ = divmod(size + 2 * padding - kernel, stride)
        assert size + 2 * padding >= kernel
    except (AssertionError, ZeroDivisionError):
        raise ValueError("bad numbers") from None
    return 1 + steps
