"""Binds the exercises' names to things that are no functions: modules, built-ins, classes, handles of the checks."""

ANSWERS = {
    "double": "double = (lambda x: x).__class__",
    "normalise": "import torch\n\nnormalise = torch",
    "counter": "Counter = type",
    "shout": "shout = __import__('builtins').print",
    "twice": "import functools\n\ntwice = functools.partial(map)",
}
