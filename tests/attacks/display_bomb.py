"""Displays hundreds of large pictures and texts, and a result whose text is 500 MB."""

ANSWERS = {
    "double": """
from IPython.display import Image, display

for number in range(2000):
    display({"text/plain": "x" * 1_000_000, "image/png": "A" * 1_000_000}, raw=True)


class Long:
    def __repr__(self):
        return "long " * 100_000_000


Long()
""",
    "twice": """
from IPython.display import display


def twice(f, x):
    while True:
        display({"text/plain": "x" * 1_000_000}, raw=True)
""",
}
