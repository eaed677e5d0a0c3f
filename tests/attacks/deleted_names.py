"""Removes names that the notebook has given itself, and its own functions, once they were seen."""

ANSWERS = {
    "double": """
import sys


def double(x):
    for name in ("torch", "np", "math", "double", "Counter", "get_ipython", "__builtins__", "In", "Out"):
        globals().pop(name, None)
    sys.modules.clear()
    sys.path.clear()
    return 4
""",
}
