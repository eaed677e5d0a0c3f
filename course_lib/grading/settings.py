"""The instructor's own settings, `nbgrader_config.py`: what is wrong with them is one sentence."""

from __future__ import annotations

import traceback
from pathlib import Path

from traitlets.config import Config, PyFileConfigLoader

from course_lib.clean import one_line
from course_lib.errors import CourseError

NAME = "nbgrader_config.py"


class SettingsError(CourseError):
    """The settings can't be used; the message says where they are wrong."""


def read_settings(root: Path) -> Config:
    """Return the settings of a course folder. Raises SettingsError with the line that is wrong."""
    try:
        config = PyFileConfigLoader(NAME, path=str(root)).load_config()
    except Exception as error:
        frames = [
            frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.endswith(NAME)
        ]
        line = error.lineno if isinstance(error, SyntaxError) else frames[-1].lineno if frames else None
        where = f", line {line}" if line else ""
        said = one_line(error.msg if isinstance(error, SyntaxError) else error, 200)
        raise SettingsError(f"{NAME}{where} can't be used: {type(error).__name__}: {said}.") from error
    config.CourseDirectory.root = str(root.resolve())
    return config
