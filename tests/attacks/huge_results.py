"""Returns results too large to send: a text of a gigabyte, a hundred million numbers, a tensor that is all strides."""

ANSWERS = {
    "double": "def double(x):\n    return 'x' * (1 << 30)",
    "normalise": "import torch\n\n\ndef normalise(t):\n    return torch.zeros(1).expand(1 << 40)",
    "counter": """
class Counter:
    value = range(10**18)

    def __init__(self, start):
        pass

    def add(self, n):
        return list(range(100_000_000))
""",
    "twice": "def twice(f, x):\n    return f(['x' * 100_000_000] * 100)",
}
