"""With divmod, and assertions turned into a ValueError."""


def output_size(size, kernel, stride=1, padding=0):
    try:
        assert size >= 1
        assert kernel >= 1
        assert stride >= 1
        assert padding >= 0
        steps, _ = divmod(size + 2 * padding - kernel, stride)
        assert size + 2 * padding >= kernel
    except (AssertionError, ZeroDivisionError):
        raise ValueError("bad numbers") from None
    return 1 + steps
