"""Tells the examiner of files with names that lead out of the folder, and of files that shadow modules."""

ANSWERS = {
    "double": """
from pathlib import Path

from course_lib.grading.kernel import Agent

SOURCE = b"open('@ROOT@/@MARK@-file', 'w').write('@MARK@')"
NAMES = ["../@MARK@", "../../../../../../tmp/@MARK@", "/tmp/@MARK@", "@ROOT@/@MARK@", "@ROOT@/class/@MARK@", "", ".",
    "x\\x00y", "a/" * 2000, "torch.py", "numpy.py", "sitecustomize.py", "course_lib/grading/checks.py", "scipy.py",
    "matplotlibrc", ".pdbrc", "io.py", "contextlib.py", "lab.ipynb", "y" * 5000, "\\ud800"]
for name in NAMES[9:19]:
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_bytes(SOURCE)
Agent._files = lambda self, request, parts: ({"files": NAMES}, [SOURCE] * len(NAMES))


def double(x):
    return 0
""",
}
