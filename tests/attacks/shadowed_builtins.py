"""Defines functions named like built-in ones, in case a check takes the learner's `all` or `abs` for Python's."""

NAMES = (
    "abs all any bool dict float int isinstance iter len list max min range set sorted str sum tuple type zip"
)

SHADOWS = "\n".join(
    [f"def {name}(*args, **kwargs):\n    return True\n" for name in (*NAMES.split(), "assert_close", "print")]
)

ANSWERS = {
    "double": SHADOWS
    + "\nAssertionError = ValueError = Exception = BaseException\n\n\ndef double(x):\n    return 0",
}
