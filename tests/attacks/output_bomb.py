"""Prints without end, to stdout, to stderr and to the file descriptors below them."""

ANSWERS = {
    "double": """
import os


def double(x):
    while True:
        print("x" * 10_000_000)
        os.write(1, b"y" * 10_000_000)
        os.write(2, b"z" * 10_000_000)
""",
    "shout": "import sys\n\nwhile True:\n    sys.stderr.write('noise ' * 100_000)",
}
