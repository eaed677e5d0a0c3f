"""Returns generators and iterators that never end, for whoever lists or compares them."""

ANSWERS = {
    "double": """
import itertools


def double(x):
    while True:
        yield x


class Endless(list):
    def __iter__(self):
        return itertools.count()

    def __len__(self):
        return 1
""",
    "twice": "import itertools\n\n\ndef twice(f, x):\n    return map(f, itertools.repeat(x))",
    "counter": """
class Counter:
    def __init__(self, start):
        self.start = start

    @property
    def value(self):
        return Endless()

    def add(self, n):
        return iter(int, 1)
""",
}
