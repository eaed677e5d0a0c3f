"""Puts a package course_lib with checks that always pass into the submission's folder."""

from pathlib import Path

SOURCE = """
open("@ROOT@/@MARK@-course", "w").write("@MARK@")


class Checks:
    def __init__(self, exercise, points, **kwargs):
        self.points = float(points)

    def check(self, *args, **kwargs):
        return self

    def __enter__(self):
        return None

    def __exit__(self, *error):
        return True

    def score(self):
        return self.points
"""


def folder(path: Path) -> None:
    package = path / "course_lib" / "grading"
    package.mkdir(parents=True)
    (path / "course_lib" / "__init__.py").write_text("")
    (package / "__init__.py").write_text("")
    for name in ("checks", "preprocessors", "examiner", "sandbox"):
        (package / f"{name}.py").write_text(SOURCE)
