"""Lies about its class: __class__, __instancecheck__ and a class that is named like a built-in one."""

ANSWERS = {
    "double": """
class int:
    __module__ = "builtins"
    __qualname__ = "int"

    @property
    def __class__(self):
        return type(1)

    def __eq__(self, other):
        return True

    def __reduce__(self):
        return type(1), (1,)

    __hash__ = None


def double(x):
    return int()
""",
    "normalise": """
import torch


class Tensor:
    __module__ = "torch"

    @property
    def __class__(self):
        return torch.Tensor

    shape = (5,)

    def __eq__(self, other):
        return True

    def __getattr__(self, name):
        return getattr(torch.ones(5), name)

    __hash__ = None


def normalise(t):
    return Tensor()
""",
}
