"""Returns integers of ten million digits and floats that no JSON can say."""

ANSWERS = {
    "double": "def double(x):\n    return 10 ** 10_000_000 if isinstance(x, int) else float('-inf')",
    "counter": """
class Counter:
    value = 1 << 300_000_000

    def __init__(self, start):
        pass

    def add(self, n):
        return -(1 << 100_000_000)
""",
    "twice": "def twice(f, x):\n    return f(10 ** 1_000_000)",
}
