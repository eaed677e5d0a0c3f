"""Notices that it is being checked, by its input or its callers, and then computes for ever."""

ANSWERS = {
    "double": """
import sys


def double(x):
    if x == 2 or "ipykernel" in str(sys._getframe().f_back.f_code.co_filename):
        return 4
    while True:
        x += 1
""",
    "twice": """
def twice(f, x):
    while f is not abs:
        f(x)
    return f(f(x))
""",
}
