"""Returns, prints and raises texts with lone surrogates, null characters and bytes that are no UTF-8."""

ANSWERS = {
    "double": "def double(x):\n    return '\\ud800\\x00\\uffff'",
    "shout": """
import os
import sys


def shout(text):
    os.write(1, b"\\xff\\xfe\\x00\\x1b]0;owned\\x07")
    sys.stdout.write("\\x1b[2J\\x1b]8;;file:///etc/passwd\\x07\\x00\\r")
    print("\\ud800")
    return b"\\xff"
""",
    "twice": "def twice(f, x):\n    raise ValueError('\\udcff\\x00' * 1000)",
    "counter": """
class Counter:
    def __init__(self, start):
        setattr(self, "\\ud800", 1)
        self.value = {"\\ud800": "\\ud800", 1: 2, None: 3, (1, 2): 4}

    def add(self, n):
        return {1.5: {2}, b"x": frozenset([3])}
""",
}
