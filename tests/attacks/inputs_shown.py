"""Shows the inputs of the hidden checks to the learner: prints, displays, warns, raises and logs them."""

ANSWERS = {
    "double": """
import logging
import sys
import warnings

from IPython.display import display


def double(x):
    print("input", x)
    print("input", x, file=sys.stderr)
    sys.__stdout__.write(f"input {x}\\n")
    display(x)
    warnings.warn(f"input {x}")
    logging.error("input %s", x)
    raise type(f"Input{x}", (ValueError,), {})(f"input {x}")
""",
}
