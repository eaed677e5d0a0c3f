"""Returns nan, infinity, empty tensors and wrong shapes, which careless comparisons let through."""

ANSWERS = {
    "double": "def double(x):\n    return float('nan') if isinstance(x, float) else float('inf')",
    "normalise": """
import torch

turn = 0


def normalise(t):
    global turn
    turn += 1
    odd = [t * float("nan"), t[:0], t.new_full((5,), float("inf")), t.new_zeros(5, 0), t.to(torch.bool)]
    return odd[turn % 5]
""",
    "counter": """
class Counter:
    value = float("nan")

    def __init__(self, start):
        pass

    def add(self, n):
        return float("inf")
""",
    "twice": "def twice(f, x):\n    return ()",
}
