"""Looks for the grading seed and other secrets in the environment, in /proc and in its own memory."""

ANSWERS = {
    "double": """
import os
import re
from pathlib import Path

print(dict(os.environ))
seed = os.environ.get("COURSE_GRADING_SEED")
if seed or any(re.search("SEED|SECRET|PASSWORD|TOKEN", name) for name in os.environ):
    print("@MARK@"[::-1])
for path in Path("/proc").glob("[0-9]*/environ"):
    try:
        print(path.read_bytes())
    except OSError:
        pass


def double(x):
    return 0
""",
}
