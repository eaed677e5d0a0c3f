"""Calls the examiner's callback without end, and recursively through an object that calls it again."""

ANSWERS = {
    "twice": """
import sys

sys.setrecursionlimit(10**6)


def again(f, x):
    return f(again(f, x))


def twice(f, x):
    if x % 2:
        return again(f, x)
    while True:
        f(x)
""",
}
