"""Crashes the interpreter: a null pointer, abort, a broken code object, endless recursion in C."""

ANSWERS = {
    "double": "import ctypes\n\n\ndef double(x):\n    return ctypes.string_at(0)",
    "normalise": "import os\n\n\ndef normalise(t):\n    os.abort()",
    "counter": """
import sys


class Counter:
    def __init__(self, start):
        sys.setrecursionlimit(10**9)
        self.add(1)

    def add(self, n):
        return self.add(n) if n else 0

    def __getattr__(self, name):
        return getattr(self, name)
""",
    "shout": """
def shout(text):
    shout.__code__ = shout.__code__.replace(co_code=b"\\xff" * 8)
    return shout(text)
""",
}
