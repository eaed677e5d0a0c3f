"""Returns an object that equals everything, is true, and turns into whatever it is asked for."""

YES = """
class Yes:
    def __eq__(self, other):
        return True

    def __ne__(self, other):
        return False

    def __hash__(self):
        return 0

    def __bool__(self):
        return True

    def __float__(self):
        return 1.0

    def __index__(self):
        return 1

    def __array__(self, *args, **kwargs):
        import numpy

        return numpy.ones(5)

    def __getattr__(self, name):
        return self

    def __call__(self, *args, **kwargs):
        return self

    def __add__(self, other):
        return self

    def __iter__(self):
        return iter([self])

    __lt__ = __le__ = __gt__ = __ge__ = __contains__ = __eq__
    __radd__ = __mul__ = __rmul__ = __sub__ = __rsub__ = __truediv__ = __getitem__ = __add__

"""

ANSWERS = {
    "double": YES + "\ndef double(x):\n    return Yes()",
    "normalise": YES + "\ndef normalise(t):\n    return Yes()",
    "counter": YES + "\nCounter = Yes().__call__",
    "shout": YES + "\ndef shout(text):\n    return Yes()",
    "twice": YES + "\ndef twice(f, x):\n    return Yes()",
}
