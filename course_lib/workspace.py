"""Where things are in a clone: the course's root, its lessons and labs, and the local exchange.

A course root is a folder with `nbgrader_config.py`, `lessons/`, `labs/` and `solutions/`. Commands look for it
from the current folder upwards, so that they work from anywhere inside a clone.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from course_lib.errors import CourseError

PACKAGE = Path(__file__).resolve().parent


def own_folders() -> list[Path]:
    """Return the folders that a learner's process has to read: Python, the library, the packet's forms."""
    forms = PACKAGE.parent / "assessments" / "packet"
    folders = [Path(sys.base_prefix), Path(sys.prefix), PACKAGE, forms]
    return [
        folder for folder in dict.fromkeys(folders) if folder.is_dir() and not folder.is_relative_to("/usr")
    ]


@dataclass(frozen=True)
class Workspace:
    """The folders of one clone. All paths are absolute."""

    root: Path

    @property
    def lessons(self) -> Path:
        return self.root / "lessons"

    @property
    def labs(self) -> Path:
        return self.root / "labs"

    @property
    def solutions(self) -> Path:
        return self.root / "solutions"

    @property
    def work(self) -> Path:
        return self.root / "work"

    @property
    def classroom(self) -> Path:
        return self.root / "class"

    def lesson_notebooks(self) -> list[Path]:
        """Return the lessons that exist, in order."""
        return sorted(self.lessons.glob("[0-9][0-9]-*.ipynb"))

    def lab_names(self) -> list[str]:
        """Return the labs that exist (`NN-slug`), in order."""
        return sorted(path.name for path in self.labs.glob("[0-9][0-9]-*") if path.is_dir())

    def lab(self, number: str) -> str:
        """Return the lab `NN-slug` for `number`, given as `2`, `02` or the whole name.

        Raises:
            CourseError: there is no such lab; the message lists those that exist.
        """
        names = self.lab_names()
        wanted = number.zfill(2) if number.isdigit() else number
        for name in names:
            if name == wanted or name.split("-", 1)[0] == wanted:
                return name
        known = ", ".join(names) if names else "none yet"
        raise CourseError(f"There is no lab {number!r}. Labs in this course so far: {known}.")

    def writable(self, *folders: Path) -> None:
        """Create `folders` and make sure that files can be written there.

        Raises:
            CourseError: a folder cannot be created or written to.
        """
        for folder in folders:
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise CourseError(f"Cannot create {folder}: {error.strerror}.") from error
            if not os.access(folder, os.W_OK | os.X_OK):
                raise CourseError(
                    f"Cannot write to {folder}: make the folder writable, or clone the course elsewhere."
                )


def find_workspace(start: Path | None = None) -> Workspace:
    """Find the course root at or above `start` (default: the current folder, then the installed package's clone).

    Raises:
        CourseError: neither lies in a clone of the course.
    """
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents, PACKAGE.parent):
        if (folder / "nbgrader_config.py").is_file() and (folder / "solutions").is_dir():
            return Workspace(folder)
    raise CourseError(f"{here} is not inside a clone of the course (no nbgrader_config.py there or above).")


def use_own_tools() -> None:
    """Put this interpreter's folder first on PATH: nbgrader calls `alembic`, JupyterLab calls `jupyter`."""
    own = str(Path(sys.executable).parent)
    path = os.environ.get("PATH", "")
    if path.split(os.pathsep)[0] != own:
        os.environ["PATH"] = own + os.pathsep + path
