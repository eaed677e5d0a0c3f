"""Returns subclasses of int, float and str that are numbers and texts, and equal everything."""

ANSWERS = {
    "double": """
class Int(int):
    def __eq__(self, other):
        return True

    def __sub__(self, other):
        return Float(0)

    __rsub__ = __sub__
    __hash__ = int.__hash__


class Float(float):
    def __eq__(self, other):
        return True

    def __abs__(self):
        return 0.0

    def __sub__(self, other):
        return Float(0)

    def __le__(self, other):
        return True

    __rsub__ = __sub__
    __hash__ = float.__hash__


def double(x):
    return Int(1) if isinstance(x, int) else Float("nan")
""",
    "shout": """
class Text(str):
    def __eq__(self, other):
        return True

    __hash__ = str.__hash__


def shout(text):
    print(Text("no"), end=Text(""))
    return Text("no")
""",
    "counter": """
class Value(int):
    def __eq__(self, other):
        return True

    __hash__ = int.__hash__


class Counter:
    value = Value(1)

    def __init__(self, start):
        pass

    def add(self, n):
        return Value(0)
""",
}
