"""Replaces the built-in functions that a comparison leans on by ones that agree with everything."""

ANSWERS = {
    "double": """
import builtins

for name in ("all", "any", "isinstance", "callable", "bool", "hasattr", "issubclass"):
    setattr(builtins, name, lambda *args: True)
builtins.AssertionError = KeyError
builtins.abs = lambda x: 0.0
builtins.float = lambda *args: 1.0
builtins.len = lambda *args: 5
builtins.type = lambda *args: int


def double(x):
    return None
""",
}
