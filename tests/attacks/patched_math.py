"""Replaces math.isclose, and the numbers of the module math, in the kernel's copy of it."""

ANSWERS = {
    "double": """
import math
import sys

math.isclose = lambda *args, **kwargs: True
math.isfinite = lambda *args: True
math.fabs = lambda *args: 0.0
sys.modules["math"].pi = 3


def double(x):
    return 0.5
""",
}
