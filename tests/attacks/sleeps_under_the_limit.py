"""Sleeps just under every limit, in each call, each attribute and each callback, to hold the class up."""

ANSWERS = {
    "double": "import time\n\n\ndef double(x):\n    time.sleep(0.9)\n    return 0",
    "counter": """
import time


class Counter:
    def __init__(self, start):
        time.sleep(0.9)

    def __getattr__(self, name):
        time.sleep(0.9)
        return 0

    def add(self, n):
        time.sleep(0.9)
""",
    "twice": "import time\n\n\ndef twice(f, x):\n    while True:\n        time.sleep(0.4)\n        x = f(x)",
}
