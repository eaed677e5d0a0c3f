"""Returns lists nested a hundred thousand deep, a list that holds itself, and one list a billion times by sharing."""

ANSWERS = {
    "double": """
def double(x):
    deep = []
    for _ in range(100_000):
        deep = [deep]
    return deep
""",
    "counter": """
class Counter:
    def __init__(self, start):
        self.value = []
        self.value.append(self.value)

    def add(self, n):
        return {"self": self.value}
""",
    "twice": """
def twice(f, x):
    wide = ["x"]
    for _ in range(60):
        wide = [wide, wide]
    return f(wide)
""",
}
