"""Answers rightly once, for the visible check, and replaces itself by something else afterwards."""

ANSWERS = {
    "double": """
def double(x):
    global double
    double = type("Any", (), {"__call__": lambda self, x: self, "__eq__": lambda self, x: True})()
    return 4
""",
    "counter": """
class Counter:
    def __init__(self, start):
        self.value = start
        Counter.value = property(lambda self: self)
        Counter.__eq__ = lambda self, other: True

    def add(self, n):
        self.__class__ = type("Other", (int,), {"__eq__": lambda self, other: True})
        return self
""",
}
