"""Raises what `except Exception` does not catch: exits, interrupts, classes of its own, groups, and nothing at all."""

ANSWERS = {
    "double": """
class Stop(BaseException):
    pass


def double(x):
    raise Stop(x)
""",
    "normalise": "def normalise(t):\n    raise KeyboardInterrupt",
    "counter": """
class Counter:
    def __init__(self, start):
        raise GeneratorExit

    def add(self, n):
        raise SystemExit(0)
""",
    "shout": "def shout(text):\n    raise BaseExceptionGroup('x', [KeyboardInterrupt(), SystemExit(0)])",
    "twice": "def twice(f, x):\n    raise StopIteration(f(f(x)))",
}
