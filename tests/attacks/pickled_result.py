"""Returns objects that run a command when somebody unpickles them, also inside arrays and tensors."""

ANSWERS = {
    "double": """
import os

import numpy as np


class Bomb:
    def __reduce__(self):
        return os.system, ("touch @ROOT@/@MARK@-pickle /tmp/@MARK@-pickle",)

    def __array__(self, *args, **kwargs):
        return np.array([Bomb()], dtype=object)


def double(x):
    kinds = [Bomb(), [Bomb()], {"a": Bomb()}, np.array([Bomb()], dtype=object)]
    return kinds[x % 4 if isinstance(x, int) else 0]
""",
    "normalise": """
import numpy as np


def normalise(t):
    return np.array([(1.0, Bomb())], dtype=[("number", float), ("thing", object)])
""",
    "counter": """
class Counter(Bomb):
    def __init__(self, start):
        self.value = Bomb()

    def __getstate__(self):
        return Bomb()

    def add(self, n):
        return Bomb()
""",
}
