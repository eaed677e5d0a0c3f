"""Forks inside the function, so that two processes answer the same question, and the next ones."""

ANSWERS = {
    "double": """
import os


def double(x):
    child = os.fork()
    return 2 * x + 1 if child else 0
""",
    "twice": """
import os


def twice(f, x):
    os.fork()
    os.fork()
    return f(x)
""",
}
