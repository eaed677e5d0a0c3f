"""Lifts the limits on output in its own process and sends 60 MB for each of several cells."""

ANSWERS = {
    "double": """
import gc

from course_lib.grading import kernel

for name in ("MOST_TEXT", "MOST_FILES", "MOST_BYTES"):
    setattr(kernel, name, 10**12)
for thing in gc.get_objects():
    if type(thing).__name__ == "Output":
        thing.room = 10**12
kernel.OUTPUT.room = 10**12
kernel.Output.clear = lambda self: setattr(self, "items", []) or setattr(self, "room", 10**12)
print("x" * 60_000_000)


def double(x):
    return 0
""",
    "normalise": "print('y' * 60_000_000)",
    "counter": "print('z' * 60_000_000)",
    "shout": "raise ValueError('v' * 60_000_000)",
    "twice": "for number in range(300_000):\n    display(number)",
}
