"""Raises errors whose text, name, traceback or cause raises again, never ends, or forks."""

ANSWERS = {
    "double": """
class Exploding(Exception):
    def __str__(self):
        raise Exploding

    __repr__ = __str__

    @property
    def args(self):
        while True:
            pass

    def __reduce__(self):
        raise Exploding


def double(x):
    raise Exploding(x)
""",
    "normalise": """
class Ring(Exception):
    @property
    def __traceback__(self):
        raise KeyboardInterrupt


def normalise(t):
    ring = Ring()
    ring.__cause__ = ring.__context__ = ring
    raise ring
""",
    "shout": """
class Quiet(Exception):
    def __str__(self):
        import os

        os._exit(0)


def shout(text):
    raise Quiet
""",
    "twice": "def twice(f, x):\n    raise type('N' * 10_000_000, (Exception,), {'__module__': None})('x' * 10_000_000)",
}
